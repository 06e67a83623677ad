//! Building transformations in code: one method per parameter, named after its field.

use super::crop::{Focus, Gravity, Mode, Strategy};
use super::edit::{Aspect, Dpr, Edit, Flip, Length, Name, Rotation, Trim};
use super::effect::Sharpen;
use super::encoding::OutputFormat;
use super::expr::{Expr, Measure};
use super::layer::{Blend, Content, Layer, Offset, Place, Position};
use super::paint::{Background, Border, Corner, Radius};
use super::text::{Align, Typography};
use super::{Conditional, Step, Transformation};
use crate::color::Color;
use crate::number::Number;
use crate::path::{AssetPath, PathError};

/// ```
/// use originkit::transform::{Edit, Transformation};
/// let t = Transformation::new().then(Edit::new().width(400).height(300)).then(Edit::new().rotation(90));
/// assert_eq!(t.to_string(), "w-400,h-300:rt-90");
/// assert_eq!(t, "h-300,w-400:rt-90".parse()?);
/// # Ok::<(), originkit::error::ParseError>(())
/// ```
impl Transformation {
    /// Makes a chain without steps.
    #[must_use]
    pub const fn new() -> Self {
        Self { steps: Vec::new() }
    }

    /// Adds a step at the end of the chain.
    #[must_use]
    pub fn then(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }
}

impl From<Edit> for Transformation {
    fn from(edit: Edit) -> Self {
        Self::new().then(edit)
    }
}

impl From<Edit> for Step {
    fn from(edit: Edit) -> Self {
        Self::Edit(Box::new(edit))
    }
}

impl From<Conditional> for Step {
    fn from(choice: Conditional) -> Self {
        Self::If(Box::new(choice))
    }
}

/// Defines methods that each set a field.
macro_rules! setters {
    ($($(#[$doc:meta])+ $name:ident $($field:ident).+ : $type:ty;)+) => {
        $(
            $(#[$doc])+
            #[must_use]
            pub fn $name(mut self, value: impl Into<$type>) -> Self {
                self.$($field).+ = Some(value.into());
                self
            }
        )+
    };
}

/// ```
/// use originkit::transform::{Color, Edit, Gravity, Layer, OutputFormat, Strategy};
/// let logo = Layer::image("brand/logo.png")?.edit(Edit::new().width(80)).focus(Gravity::BottomRight);
/// let edit = Edit::new()
///     .width(300)
///     .aspect(4, 3)
///     .strategy(Strategy::AtLeast)
///     .background("F3F3F3".parse::<Color>()?)
///     .format(OutputFormat::WebP)
///     .quality(70)
///     .layer(logo);
/// assert_eq!(
///     originkit::transform::Transformation::from(edit).to_string(),
///     "w-300,ar-4-3,c-at_least,bg-F3F3F3,f-webp,q-70,l-image,i-brand@@logo.png,lfo-bottom_right,w-80,l-end"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Parameters without a method are set through their fields: `edit.effects.shadow = Some(Shadow::default())`. Values
/// outside a parameter's domain cannot be spelled; [`Endpoint::url`](crate::Endpoint::url) refuses them.
impl Edit {
    /// Makes an edit that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// `n`: the stored transformation to start from.
        named named: Name;
        /// `t`: removal of borders of one colour.
        trim trim: Trim;
        /// `w`: pixels, a [`Number`] (a share if below 1), or an expression.
        width sizing.width: Length;
        /// `h`, see [`Edit::width`].
        height sizing.height: Length;
        /// `dpr`: a factor on width and height.
        dpr sizing.dpr: Dpr;
        /// `c`: the way in which the image fills a frame of another aspect ratio.
        strategy placing.strategy: Strategy;
        /// `cm`: extracting or padding. Takes precedence over `c`.
        mode placing.mode: Mode;
        /// `fo`: the part that a crop keeps visible.
        focus placing.focus: Focus;
        /// `z`: the zoom on a face or an object.
        zoom placing.zoom: Number;
        /// `fl`: mirroring.
        flip flip: Flip;
        /// `rt`: rotation, in degrees clockwise.
        rotation rotation: Rotation;
        /// `bg`: the background.
        background paint.background: Background;
        /// `r`: rounded corners.
        radius paint.radius: Radius;
        /// `o`: opacity in percent.
        opacity paint.opacity: u8;
        /// `bl`: Gaussian blur, sigma in pixels.
        blur effects.blur: Number;
        /// `e-sharpen`: sharpening.
        sharpen effects.sharpen: Sharpen;
        /// `f`: the output format.
        format encoding.format: OutputFormat;
        /// `q`: the quality, 1 to 100.
        quality encoding.quality: u8;
        /// `lo`: lossless WebP or PNG.
        lossless encoding.lossless: bool;
        /// `pr`: progressive JPEG.
        progressive encoding.progressive: bool;
        /// `di`: the image to use if the asset is not found.
        default_image default_image: AssetPath;
        /// `fs`: the font size, in a text layer.
        font_size text.size: Measure;
        /// `ff`: the font, in a text layer.
        font text.font: String;
        /// `co`: the colour of the text, in a text layer.
        color text.color: Color;
        /// `ia`: the alignment of lines, in a text layer.
        align text.align: Align;
        /// `tg`: bold, italic and strikethrough, in a text layer.
        typography text.typography: Typography;
    }

    /// `ar`: the ratio of width to height.
    #[must_use]
    pub fn aspect(mut self, width: impl Into<Number>, height: impl Into<Number>) -> Self {
        self.sizing.aspect = Some(Aspect::Ratio(width.into(), height.into()));
        self
    }

    /// `cm-extract` with `x` and `y`: cuts out the region at this position.
    #[must_use]
    pub fn extract(mut self, x: impl Into<Measure>, y: impl Into<Measure>) -> Self {
        self.placing.mode = Some(Mode::Extract);
        (self.placing.x, self.placing.y) = (Some(x.into()), Some(y.into()));
        self
    }

    /// `b`: a border around the image.
    #[must_use]
    pub fn border(mut self, width: impl Into<Measure>, color: Color) -> Self {
        self.paint.border = Some(Border { width: width.into(), color });
        self
    }

    /// `e-grayscale`: converts the image to grey.
    #[must_use]
    pub const fn grayscale(mut self) -> Self {
        self.effects.grayscale = true;
        self
    }

    /// `e-contrast`: stretches the contrast to the full range.
    #[must_use]
    pub const fn contrast(mut self) -> Self {
        self.effects.contrast = true;
        self
    }

    /// `orig`: delivers the file unchanged.
    #[must_use]
    pub const fn original(mut self) -> Self {
        self.encoding.original = Some(true);
        self
    }

    /// Adds a layer on top of the existing ones.
    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }
}

/// ```
/// use originkit::transform::{Edit, Layer, Transformation};
/// let text = Layer::text("Sale: 20%").edit(Edit::new().font_size(30).color("red".parse::<originkit::transform::Color>()?));
/// let t = Transformation::from(Edit::new().layer(text.at(10, -20)));
/// assert_eq!(t.to_string(), "l-text,ie-U2FsZTogMjAl,lx-10,ly-N20,fs-30,co-FF0000,l-end");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Layer {
    /// Makes an image layer from its path as plain text.
    ///
    /// # Errors
    /// See [`PathError`].
    pub fn image(path: &str) -> Result<Self, PathError> {
        AssetPath::from_text(path).map(|path| Self::of(Content::Image(path)))
    }

    /// Makes a text layer.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Content::Text(text.into()))
    }

    /// Makes a block of one colour or of a gradient; its edit sets the colours and the size.
    #[must_use]
    pub fn canvas() -> Self {
        Self::of(Content::Canvas)
    }

    /// Makes a layer with this content, centred and unchanged.
    #[must_use]
    pub fn of(content: Content) -> Self {
        Self { content, steps: Transformation::new(), place: Place::default(), blend: None }
    }

    /// Adds a step that is applied to the layer before it is drawn.
    #[must_use]
    pub fn edit(mut self, step: impl Into<Step>) -> Self {
        self.steps = self.steps.then(step);
        self
    }

    /// `lx`, `ly`: the position of the top left corner. A negative number counts from the far edge.
    #[must_use]
    pub fn at(mut self, x: impl Into<Offset>, y: impl Into<Offset>) -> Self {
        (self.place.x, self.place.y) = (Some(Position::Edge(x.into())), Some(Position::Edge(y.into())));
        self
    }

    /// `lfo`: a side, a corner or the centre of the base.
    #[must_use]
    pub const fn focus(mut self, side: Gravity) -> Self {
        self.place.focus = Some(side);
        self
    }

    /// `lm`: the blend mode with the content below.
    #[must_use]
    pub const fn blend(mut self, blend: Blend) -> Self {
        self.blend = Some(blend);
        self
    }
}

/// Conversions from a part of a value into the whole.
macro_rules! conversions {
    ($($from:ty => $to:ty: $value:ident => $whole:expr;)+) => {
        $(
            impl From<$from> for $to {
                fn from($value: $from) -> Self {
                    $whole
                }
            }
        )+
    };
}

conversions! {
    u32 => Length: pixels => Self::Px(pixels.into());
    Number => Length: number => if number < Number::ONE { Self::Share(number) } else { Self::Px(number) };
    Expr => Length: expr => Self::Expr(expr);
    u32 => Measure: pixels => Self::Px(pixels.into());
    Number => Measure: number => Self::Px(number);
    Expr => Measure: expr => Self::Expr(expr);
    i32 => Offset: pixels => Number::from(pixels).into();
    Number => Offset: number => if number.is_negative() { Self::Far(-number) } else { Self::Near(number) };
    Expr => Offset: expr => Self::Expr(expr);
    Number => Dpr: factor => Self::Factor(factor);
    i32 => Rotation: degrees => Self::Degrees(degrees.into());
    Number => Rotation: degrees => Self::Degrees(degrees);
    Gravity => Focus: side => Self::Side(side);
    Color => Background: color => Self::Color(color);
    u32 => Radius: pixels => Self::All(Corner::Px(pixels));
    Corner => Radius: corner => Self::All(corner);
    Number => Sharpen: amount => Self::Amount(amount);
}
