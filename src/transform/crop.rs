//! [`Placing`]: which part of a picture is kept, and where it lands.

use super::expr::Measure;
use crate::number::Number;

/// What is kept of the source where the wanted frame has another shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Placing {
    /// `c`; without it, and without `cm`, [`Strategy::MaintainRatio`].
    pub strategy: Option<Strategy>,
    /// `cm`; wins over `c`.
    pub mode: Option<Mode>,
    /// `fo`: what to keep in sight; without it the centre.
    pub focus: Option<Focus>,
    /// `x`: left edge of the region that `cm-extract` cuts out.
    pub x: Option<Measure>,
    /// `y`: its top edge.
    pub y: Option<Measure>,
    /// `xc`: its centre from the left.
    pub x_center: Option<Measure>,
    /// `yc`: its centre from the top.
    pub y_center: Option<Measure>,
    /// `z`: how close to go to a face or object; above zero, 1 is the default.
    pub zoom: Option<Number>,
}

/// `c`: how a picture fills a frame of another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// `maintain_ratio`: cover the frame, cut what sticks out.
    MaintainRatio,
    /// `maintain_ratio_no_enlarge`: the same shape, but never more pixels than there are.
    MaintainRatioNoEnlarge,
    /// `force`: stretch.
    Force,
    /// `at_max`: fit inside, never enlarge.
    AtMax,
    /// `at_max_enlarge`: fit inside, touching one side.
    AtMaxEnlarge,
    /// `at_least`: cover, cut nothing.
    AtLeast,
}

/// `cm`: frames filled by cutting or padding instead of scaling alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// `extract`: cut out a region without scaling.
    Extract,
    /// `pad_resize`: fit inside, pad the rest.
    PadResize,
    /// `pad_extract`: no scaling; cut what is too large, pad what is too small.
    PadExtract,
    /// `pad_resize_no_enlarge`: fit inside without enlarging, pad the rest.
    PadResizeNoEnlarge,
    /// `pad_extract_no_shrink`: only ever add padding.
    PadExtractNoShrink,
}

/// `fo`: what a crop keeps in sight.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Focus {
    /// A side, a corner or the centre.
    Side(Gravity),
    /// `auto`: the most striking part.
    Auto,
    /// `auto-custom_override`: the stored area if there is one, else [`Focus::Auto`].
    AutoCustomOverride,
    /// `face`: all faces.
    Face,
    /// `custom`: the area stored with the asset.
    Custom,
    /// `car`, `car_dog`: objects by name. Never empty.
    Objects(Vec<Object>),
}

/// One of nine places in a frame.
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
    /// Finds an object by its name.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        OBJECTS.iter().find(|known| **known == name).copied().map(Self)
    }

    /// Its name, as in the URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// COCO 2017 class names.
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
