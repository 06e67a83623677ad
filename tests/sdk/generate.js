// Random URLs made by ImageKit's SDK: `node generate.js COUNT SEED`, one JSON object a line, with what each was made from.
// Values are those that the SDK's types and ImageKit's documentation allow; `video` says that some are for video only.
'use strict';

const path = require('path');
const where = process.env.ORIGINKIT_SDK || path.join(__dirname, 'node_modules');
const { ImageKit } = require(path.join(where, '@imagekit/nodejs'));

const [count, seed] = process.argv.slice(2).map(Number);
const KEY = 'private_key_of_the_tests';
const NOW = 1700000000;
// Expiries are counted from now, which must not depend on when the test runs.
Date.prototype.getTime = () => NOW * 1000;

// mulberry32
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const int = (from, to) => from + Math.floor(random() * (to - from + 1));
const pick = (list) => list[int(0, list.length - 1)];
const chance = (share) => random() < share;
const hex = (digits) => Array.from({ length: digits }, () => pick([...'0123456789ABCDEFabcdef'])).join('');
const signed = (most) => (chance(0.3) ? `N${int(1, most)}` : int(0, most));
const color = () => pick([() => hex(6), () => hex(6) + int(10, 99), () => pick(['red', 'lightgreen', 'SlateGray'])])();

const words = ['hello', 'Sale', 'wörld', '日本', '🙂', '100%', 'a+b', 'x&y', 'q?', '#1', "it's", '(c)', '50', '_', '-', '.', '!'];
const text = (more = []) => Array.from({ length: int(1, 4) }, () => pick([...words, ...more])).join(pick([' ', '', ' ']));
const folder = () => pick(['folder', 'img', 'a-b_c', 'été', 'x.y', 'w_100', 'with space', '100%25', 'p%20q', '@2x']);
const file = () => `${pick(['photo', 'red shoe', 'ñandú', 'a(1)', "it's", 'a+b', 'a&b=c', 'x;y', '5,3', 't~1'])}.${pick(['jpg', 'png', 'webp'])}`;
const simple = () => pick(['logo.png', 'brand/logo.png', '/brand/x-1/logo_2.png', 'a.b/c.png']);

// Variables that mean something for the asset, and for texts and blocks over it.
const expr = (names) => pick([`${pick(names)}_div_${int(1, 9)}`, `${pick(names)}_mul_0.${int(1, 9)}_add_${int(1, 50)}`, pick(names)]);
const base = ['iw', 'ih', 'cw', 'ch'];
const over = [...base, 'bw', 'bh'];
const block = ['bw', 'bh'];
const side = (names) => pick([() => int(1, 4000), () => int(1, 4000), () => `0.${int(1, 99)}`, () => expr(names)])();
const sides = ['top', 'left', 'bottom', 'right', 'top_left', 'top_right', 'bottom_left', 'bottom_right', 'center'];

// What acts on an image, the asset or one over it.
const image = (names) => ({
  width: () => side(names),
  height: () => side(names),
  aspectRatio: () => pick(['4-3', '16_9', '4:3', 1.5, 'iar_div_2']),
  background: () => pick([color, color, () => pick(['blurred', 'blurred_25_N15', 'blurred_auto', 'dominant', 'gradient_dominant_4'])])(),
  border: () => `${pick([int(1, 50), expr(names)])}_${color()}`,
  crop: () => pick(['force', 'at_max', 'at_max_enlarge', 'at_least', 'maintain_ratio', 'maintain_ratio_no_enlarge']),
  cropMode: () => pick(['pad_resize', 'extract', 'pad_extract', 'pad_resize_no_enlarge', 'pad_extract_no_shrink']),
  focus: () => pick([...sides, 'auto', 'face', 'custom', 'car', 'person_dog']),
  quality: () => int(1, 100),
  dpr: () => pick([1, 2, 0.5, 1.25, 5]),
  x: () => pick([int(0, 500), expr(names)]),
  y: () => pick([int(0, 500), expr(names)]),
  xCenter: () => int(0, 500),
  yCenter: () => expr(names),
  radius: () => pick([int(1, 90), 'max', '10_20_max_5']),
  rotation: () => pick([90, int(0, 360), `N${int(1, 360)}`, 'auto', 45.5]),
  blur: () => int(1, 100),
  flip: () => pick(['h', 'v', 'h_v', 'v_h']),
  grayscale: () => true,
  contrastStretch: () => pick([true, '-', false]),
  shadow: () => pick([true, '', 'bl-15_st-40_x-10_y-N5', 'st-80']),
  sharpen: () => pick([true, int(1, 300), '']),
  unsharpMask: () => pick([true, '2-2-0.8-0.024', '1-0.5-2-0.1']),
  gradient: () => pick([true, 'ld-top_from-green_to-00FF0010_sp-1', 'ld-135_from-FFFFFF_sp-ih_div_2']),
  colorReplace: () => pick(['FF0000', 'FF0000_35', 'FF0000_35_00FF00']),
  colorize: () => pick(['co-red_in-40', 'in-5', `co-${hex(6)}`]),
  distort: () => pick(['p-0_0_100_5_90_100_0_80', 'a-45', 'a-N30']),
  opacity: () => int(0, 100),
  trim: () => pick([true, int(1, 99), '', false]),
  zoom: () => pick([0.5, 1, 2.25]),
  page: () => pick([1, 2, '1_3', '2-4_6-']),
});

const asset = () => ({
  ...image(base),
  width: () => pick([side(base), side(base), 'auto']),
  format: () => pick(['auto', 'webp', 'jpg', 'jpeg', 'png', 'gif', 'svg', 'avif', 'orig']),
  named: () => 'thumb',
  defaultImage: () => pick(['none.png', '/folder/none.png/', 'a/b/c.jpg']),
  progressive: () => chance(0.5),
  lossless: () => chance(0.5),
  colorProfile: () => chance(0.5),
  metadata: () => chance(0.5),
  original: () => true,
  raw: () => pick(['h-20,rt-90', 'w-10', 'e-sharpen-5:bl-2']),
});

// One of these a step.
const effects = {
  aiRemoveBackground: () => true,
  aiRemoveBackgroundExternal: () => true,
  aiRetouch: () => true,
  aiUpscale: () => true,
  aiVariation: () => true,
  aiDropShadow: () => pick([true, 'az-45', 'az-10_el-30_st-70']),
  aiChangeBackground: () => pick(['prompt-blue', 'prompte-YSBiZWFjaA%3D%3D']),
  aiEdit: () => 'prompt-hat',
  background: () => pick(['genfill', 'genfill-prompt-sky']),
};

const video = {
  videoCodec: () => pick(['h264', 'vp9', 'none']),
  audioCodec: () => pick(['aac', 'none']),
  startOffset: () => pick([int(1, 9), 1.5]),
  endOffset: () => int(10, 20),
  duration: () => pick([3, 'idu_div_2']),
  streamingResolutions: () => ['240', '720'],
};

const lettering = () => ({
  width: () => pick([int(50, 900), expr(block)]),
  fontSize: () => pick([int(5, 90), expr(block)]),
  fontFamily: () => pick(['Roboto', 'Open Sans'.replace(' ', '%20'), '/fonts/x.ttf']),
  fontColor: color,
  innerAlignment: () => pick(['left', 'right', 'center']),
  padding: () => pick([int(0, 40), '10_20', '1_2_3_4', expr(block)]),
  alpha: () => int(1, 9),
  typography: () => pick(['b', 'i', 'b_i', 'strikethrough', 'i_b_strikethrough']),
  background: color,
  radius: () => pick([int(1, 50), 'max']),
  rotation: () => signed(360),
  flip: () => pick(['h', 'v', 'h_v', 'v_h']),
  lineHeight: () => pick([int(5, 50), expr(block)]),
});

const canvas = () => ({
  width: () => pick([int(1, 900), expr(block)]),
  height: () => pick([int(1, 900), expr(block)]),
  radius: () => pick([int(1, 50), 'max']),
  alpha: () => int(1, 9),
  background: color,
  gradient: () => pick([true, 'ld-top_from-green_to-00FF0010_sp-1']),
});

// Some of a table, in any order, as JavaScript keeps it.
function some(table, most) {
  const out = {};
  for (let n = int(1, most); n > 0; n--) {
    const key = pick(Object.keys(table));
    out[key] = table[key]();
  }
  return out;
}

function position(names) {
  const at = () => pick([int(0, 300), `N${int(0, 300)}`, expr(names)]);
  return pick([
    () => ({}),
    () => ({ focus: pick(sides) }),
    () => ({ x: at(), y: at() }),
    () => ({ x: at(), anchorPoint: pick(sides) }),
    () => ({ xCenter: at(), yCenter: at() }),
    () => ({ y: at(), focus: pick(sides) }),
  ])();
}

let used = { video: false };

function overlay(depth) {
  const out = { type: pick(['text', 'text', 'image', 'image', 'image', 'solidColor', 'video', 'subtitle']) };
  if (['video', 'subtitle'].includes(out.type) && chance(0.8)) out.type = 'image';
  if (chance(0.2)) out.layerMode = pick(['multiply', 'cutter', 'cutout', 'displace']);
  switch (out.type) {
    case 'text': {
      out.encoding = pick([undefined, 'auto', 'base64', 'plain']);
      // A plain text cannot hold separators.
      out.text = out.encoding === 'plain' ? text() : text([',', ':', '/', 'a,b:c/d']);
      out.position = position(block);
      out.transformation = Array.from({ length: int(0, 2) }, () => some(lettering(), 5));
      break;
    }
    case 'solidColor':
      out.color = color();
      out.position = position(block);
      out.transformation = Array.from({ length: int(0, 1) }, () => some(canvas(), 4));
      break;
    case 'subtitle':
      used.video = true;
      out.input = 'subs/en.srt';
      out.transformation = [some({ fontSize: () => int(5, 90), color, typography: () => 'b', fontOutline: () => '2_red' }, 3)];
      break;
    default:
      out.encoding = pick([undefined, 'auto', 'base64', 'plain']);
      out.input = out.encoding === 'plain' ? simple() : pick([simple, () => `${folder()}/${file()}`])();
      out.position = position(over);
      out.transformation = Array.from({ length: int(0, 2) }, () => {
        const step = some(image(over), 5);
        if (depth < 3 && chance(0.25)) step.overlay = overlay(depth + 1);
        return step;
      });
      if (out.type === 'video') {
        used.video = true;
        out.timing = { start: 2, duration: 5 };
      }
  }
  return out;
}

function transformation() {
  let layers = 0;
  return Array.from({ length: int(0, 3) }, () => {
    const step = some(asset(), 6);
    if (chance(0.15)) Object.assign(step, some(effects, 1));
    if (chance(0.3) && layers++ < 2) step.overlay = overlay(1);
    if (chance(0.05)) {
      used.video = true;
      Object.assign(step, some(video, 2));
    }
    return step;
  });
}

const client = new ImageKit({ privateKey: KEY });
for (let n = 0; n < count; n++) {
  used = { video: false };
  const urlEndpoint = pick([
    'https://ik.imagekit.io/demo',
    'https://ik.imagekit.io/demo/',
    'https://images.example.com',
    'http://localhost:8080/shop/products',
  ]);
  let src = Array.from({ length: int(0, 3) }, folder).concat(file()).join(pick(['/', '/', '//']));
  if (chance(0.3)) src = `/${src}`;
  if (chance(0.1)) src = `${urlEndpoint.replace(/\/$/, '')}/folder/photo.jpg${pick(['', '?v=1', '?v=a%20b&x=~*'])}`;
  const queryParameters = {};
  for (let m = int(-1, 2); m > 0; m--) queryParameters[pick(['v', 'updatedAt', 'a b', 'é', 'ik-attachment'])] = pick(['1', 'true', 'x y', 'a&b=c', '~*(!)', 'ü']);
  const options = {
    urlEndpoint,
    src,
    transformationPosition: pick([undefined, 'path', 'query']),
    queryParameters,
    transformation: transformation(),
    signed: chance(0.4) || undefined,
    expiresIn: chance(0.2) ? int(1, 100000) : undefined,
  };
  const url = client.helper.buildSrc({ ...options });
  const expires = options.expiresIn ? NOW + options.expiresIn : null;
  console.log(
    JSON.stringify({
      url,
      endpoint: urlEndpoint,
      src,
      in_path: options.transformationPosition === 'path',
      query: Object.entries(queryParameters),
      text: client.helper.buildTransformationString(options.transformation),
      signed: Boolean(options.signed || expires),
      expires,
      video: used.video,
    }),
  );
}
