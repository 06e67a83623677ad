// A web server with files, faults and a record of what it was asked.
import http from 'node:http';
import zlib from 'node:zlib';
import sharp from 'sharp';

export const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60">${
  '<rect width="80" height="60" fill="teal"/>'.repeat(20)}</svg>`;

/** A photo of nothing: soft colours with grain, as a JPEG. */
export async function photo(width, height) {
  const pixels = Buffer.alloc(width * height * 3);
  let random = 7;
  for (let at = 0, y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const grain = (random >>> 16) % 13;
      const wave = Math.sin(x / 53) * Math.cos(y / 37) * 50;
      pixels[at] = 120 + wave + grain;
      pixels[at + 1] = 90 + wave / 2 + grain;
      pixels[at + 2] = 60 + (y * 120) / height + grain;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85 }).toBuffer();
}

/** Starts the server. `asked` holds the requests, `closed` the paths whose connections the client has closed. */
export async function start() {
  const files = { '/photo.jpg': await photo(1200, 800), '/large.jpg': await photo(3000, 2000) };
  const asked = [];
  const closed = [];
  const coded = (answer, coding, bytes) => {
    answer.writeHead(200, {
      'content-type': 'image/svg+xml', 'content-encoding': coding, 'content-length': bytes.length,
    });
    answer.end(bytes);
  };
  const image = (answer) => answer.writeHead(200, {
    'content-type': 'image/jpeg', 'content-length': files['/photo.jpg'].length,
  });
  // A piece at a time, until the client leaves.
  const drip = (answer, bytes, every) => {
    image(answer);
    const timer = setInterval(() => answer.write(Buffer.alloc(bytes, 7)), every);
    answer.on('close', () => clearInterval(timer));
  };
  const answers = {
    '/gzip.svg': (_, answer) => coded(answer, 'gzip', zlib.gzipSync(DRAWING)),
    '/brotli.svg': (_, answer) => coded(answer, 'br', zlib.brotliCompressSync(DRAWING)),
    '/deflate.svg': (_, answer) => coded(answer, 'deflate', zlib.deflateSync(DRAWING)),
    '/near.jpg': (_, answer) => answer.writeHead(302, { location: '/photo.jpg' }).end(),
    '/hanging.jpg': () => {},
    '/stalling.jpg': (_, answer) => image(answer).write(files['/photo.jpg'].subarray(0, 5000)),
    '/slow.jpg': (_, answer) => drip(answer, 1, 200),
    '/endless.jpg': (_, answer) => drip(answer, 800, 300),
    '/broken.jpg': (request) => request.socket.destroy(),
    '/cut.jpg': (request, answer) => {
      image(answer).write(files['/photo.jpg'].subarray(0, 5000), () => request.socket.destroy());
    },
  };
  const server = http.createServer((request, answer) => {
    asked.push({ path: request.url, headers: request.headers });
    answer.on('close', () => answer.writableFinished || closed.push(request.url));
    if (answers[request.url]) answers[request.url](request, answer);
    else if (!files[request.url]) answer.writeHead(404).end('no such file');
    else if (request.headers['if-none-match'] === '"1"') answer.writeHead(304, { etag: '"1"' }).end();
    else answer.writeHead(200, { 'content-type': 'image/jpeg', etag: '"1"' }).end(files[request.url]);
  });
  await new Promise((done) => server.listen(0, 'localhost', done));
  const base = `http://localhost:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const count = (path) => asked.filter((one) => one.path === path).length;
  return { base, asked, closed, count, files, stop };
}
