//! [`Placing`]: the part of an image that a crop keeps, and its position in the frame.

use super::expr::Measure;
use crate::number::Number;

/// The crop of the source when the requested frame has another aspect ratio.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Placing {
    /// `c`. [`Strategy::MaintainRatio`] if both `c` and `cm` are absent.
    pub strategy: Option<Strategy>,
    /// `cm`. Takes precedence over `c`.
    pub mode: Option<Mode>,
    /// `fo`: the part to keep visible; the centre by default.
    pub focus: Option<Focus>,
    /// `x`: left edge of the region that `cm-extract` cuts out.
    pub x: Option<Measure>,
    /// `y`: top edge of that region.
    pub y: Option<Measure>,
    /// `xc`: centre of that region, from the left.
    pub x_center: Option<Measure>,
    /// `yc`: centre of that region, from the top.
    pub y_center: Option<Measure>,
    /// `z`: the zoom on a face or an object; above zero, 1 by default.
    pub zoom: Option<Number>,
}

/// `c`: the way in which an image fills a frame of another aspect ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// `maintain_ratio`: cover the frame, cut off the rest.
    MaintainRatio,
    /// `maintain_ratio_no_enlarge`: the same aspect ratio, but never more pixels than the source has.
    MaintainRatioNoEnlarge,
    /// `force`: stretch to the frame.
    Force,
    /// `at_max`: fit inside the frame, never enlarge.
    AtMax,
    /// `at_max_enlarge`: fit inside the frame, enlarging if needed.
    AtMaxEnlarge,
    /// `at_least`: cover the frame, cut off nothing.
    AtLeast,
}

/// `cm`: the modes that fill a frame by cutting or padding instead of scaling alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// `extract`: cut out a region without scaling.
    Extract,
    /// `pad_resize`: fit inside the frame, pad the rest.
    PadResize,
    /// `pad_extract`: do not scale; cut an image that is too large, pad one that is too small.
    PadExtract,
    /// `pad_resize_no_enlarge`: fit inside the frame without enlarging, pad the rest.
    PadResizeNoEnlarge,
    /// `pad_extract_no_shrink`: only add padding.
    PadExtractNoShrink,
}

/// `fo`: the part of an image that a crop keeps visible.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Focus {
    /// A side, a corner or the centre.
    Side(Gravity),
    /// `auto`: the most salient part.
    Auto,
    /// `auto-custom_override`: the stored area if there is one, otherwise [`Focus::Auto`].
    AutoCustomOverride,
    /// `face`: all faces.
    Face,
    /// `custom`: the area stored with the asset.
    Custom,
    /// `car`, `car_dog`: objects by name. Never empty.
    Objects(Vec<Object>),
}

/// One of nine positions in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "three by three")]
pub enum Gravity {
    /// `center`.
    #[default]
    Center,
    /// `top`.
    Top,
    /// `left`.
    Left,
    /// `bottom`.
    Bottom,
    /// `right`.
    Right,
    /// `top_left`.
    TopLeft,
    /// `top_right`.
    TopRight,
    /// `bottom_left`.
    BottomLeft,
    /// `bottom_right`.
    BottomRight,
}

/// An object that `fo` can name: one of the 80 classes of the COCO data set, in camel case.
///
/// ```
/// use originkit::transform::Object;
/// assert_eq!(Object::new("trafficLight").map(|o| o.name()), Some("trafficLight"));
/// assert_eq!(Object::new("Car"), None); // case matters
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Object(&'static str);

impl Object {
    /// Returns the object with this name.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        OBJECTS.iter().find(|known| **known == name).copied().map(Self)
    }

    /// Returns the name, as in the URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// The class names of COCO 2017.
const OBJECTS: [&str; 80] = [
    "person",
    "bicycle",
    "car",
    "motorcycle",
    "airplane",
    "bus",
    "train",
    "truck",
    "boat",
    "trafficLight",
    "fireHydrant",
    "stopSign",
    "parkingMeter",
    "bench",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "backpack",
    "umbrella",
    "handbag",
    "tie",
    "suitcase",
    "frisbee",
    "skis",
    "snowboard",
    "sportsBall",
    "kite",
    "baseballBat",
    "baseballGlove",
    "skateboard",
    "surfboard",
    "tennisRacket",
    "bottle",
    "wineGlass",
    "cup",
    "fork",
    "knife",
    "spoon",
    "bowl",
    "banana",
    "apple",
    "sandwich",
    "orange",
    "broccoli",
    "carrot",
    "hotDog",
    "pizza",
    "donut",
    "cake",
    "chair",
    "couch",
    "pottedPlant",
    "bed",
    "diningTable",
    "toilet",
    "tv",
    "laptop",
    "mouse",
    "remote",
    "keyboard",
    "cellPhone",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
    "scissors",
    "teddyBear",
    "hairDrier",
    "toothbrush",
];
