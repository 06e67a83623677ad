//! Plans as text, the facts that they need, and the laws that hold for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use originkit::error::PlanError;
use originkit::plan::{Op, Oracle, Orientation, Plan, Rect, Region, Rules, Size, SizeOnly, SourceInfo, plan};
use originkit::transform::{
    Aspect, AssetPath, Density, Dpr, Edit, Focus, Gravity, Length, Measure, Mode, Number, Rotation, Step, Strategy,
    Transformation,
};
use originkit::{Error, ErrorCode, Format};
use proptest::prelude::*;
use proptest::strategy::Strategy as Values;

fn read(text: &str) -> Transformation {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn planned(source: SourceInfo, text: &str) -> Result<Plan, PlanError> {
    plan(&read(text), &mut SizeOnly(source), &Rules::default())
}

fn jpeg(width: u32, height: u32) -> SourceInfo {
    SourceInfo::new(Size::new(width, height))
}

/// Returns the facts of a PNG that may have transparent pixels.
fn png(width: u32, height: u32) -> SourceInfo {
    let mut source = jpeg(width, height);
    source.format = Format::Png;
    source.alpha = true;
    source
}

fn turned(width: u32, height: u32, tag: u16) -> SourceInfo {
    let mut source = jpeg(width, height);
    source.orientation = Orientation::from_exif(tag);
    source
}

#[track_caller]
fn assert_plan(source: SourceInfo, text: &str, want: &str) {
    let got = planned(source, text).unwrap_or_else(|e| panic!("{text}: {e}")).to_string();
    assert_eq!(got.trim_end(), want.trim_matches('\n'), "\n{text}\n{got}");
}

#[test]
fn nothing_asked_is_nothing_done() {
    for text in ["", "w-640", "w-640,h-865", "w-2000,c-at_max", "cm-extract,w-5000,h-5000", "rt-360", "b-0_red"] {
        assert_plan(jpeg(640, 865), text, "decode  640x865\nencode  640x865");
    }
}

#[test]
fn frames_are_filled_by_resampling_once() {
    assert_plan(
        jpeg(800, 500),
        "w-400,h-300:rt-90",
        "
decode  800x500
resize  666.67x500+66.67+0 -> 400x300
rotate  90 -> 300x400
encode  300x400
",
    );
    assert_plan(
        jpeg(640, 865),
        "w-300,h-200,cm-pad_resize,bg-F3F3F3",
        "
decode  640x865
resize  640x865+0+0 -> 148x200
extend  at 76,0 on F3F3F3 -> 300x200
encode  300x200
",
    );
}

#[test]
fn copies_of_pixels_are_crops() {
    assert_plan(
        jpeg(640, 865),
        "w-200,h-200,cm-extract",
        "
decode  640x865
crop    200x200+220+332
encode  200x200
",
    );
    assert_plan(
        jpeg(600, 600),
        "w-300,h-900,cm-pad_extract",
        "
decode  600x600
crop    300x600+150+0
extend  at 0,150 on 000000 -> 300x900
encode  300x900
",
    );
    // The same size as the source on one axis: nothing has to be resampled.
    assert_plan(
        jpeg(600, 400),
        "w-300,h-400",
        "
decode  600x400
crop    300x400+150+0
encode  300x400
",
    );
}

#[test]
fn parameters_of_a_step_act_in_a_fixed_order() {
    assert_plan(
        png(600, 400),
        "bg-red,rt-45,b-5_blue,fl-h,h-200",
        "
decode  600x400
resize  600x400+0+0 -> 300x200
flip    h
border  5 of 0000FF -> 310x210
rotate  45 on FF0000 -> 368x368
flatten on FF0000
encode  368x368
",
    );
}

#[test]
fn orientation_comes_first_and_may_be_asked_for_anywhere() {
    assert_plan(
        turned(4000, 3000, 6),
        "w-400",
        "
decode  4000x3000
orient  exif 6 -> 3000x4000
resize  3000x4000+0+0 -> 400x533
encode  400x533
",
    );
    let mut as_stored = Rules::default();
    as_stored.auto_orient = false;
    for (text, want) in [
        ("w-400", (400, 300)),
        ("w-400:rt-auto", (400, 533)),
        ("if-w_gt_9000,rt-auto,if-else,w-400,if-end", (400, 533)),
        ("rt-auto:w-400,rt-90", (533, 400)),
    ] {
        let size = plan(&read(text), &mut SizeOnly(turned(4000, 3000, 6)), &as_stored).unwrap().size;
        assert_eq!((size.width, size.height), want, "{text}");
    }
}

#[test]
fn a_background_is_put_behind_what_may_be_transparent() {
    assert_plan(jpeg(100, 100), "bg-red", "decode  100x100\nencode  100x100");
    assert_plan(png(100, 100), "bg-red", "decode  100x100\nflatten on FF0000\nencode  100x100");
    assert_plan(
        png(100, 100),
        "bg-red:w-50,bg-blue",
        "
decode  100x100
flatten on FF0000
resize  100x100+0+0 -> 50x50
encode  50x50
",
    );
    // Transparent corners that a later step fills.
    assert_plan(
        jpeg(100, 100),
        "rt-45:bg-blue",
        "
decode  100x100
rotate  45 -> 141x141
flatten on 0000FF
encode  141x141
",
    );
    // A translucent colour is laid once, under everything.
    assert_plan(
        jpeg(100, 100),
        "w-100,h-200,cm-pad_resize,bg-FF000040",
        "
decode  100x100
extend  at 0,50 on FF000000 -> 100x200
flatten on FF000040
encode  100x200
",
    );
    // Beside `o` its opacity means nothing.
    assert_plan(
        jpeg(100, 100),
        "w-100,h-200,cm-pad_resize,bg-FF000040,o-100",
        "
decode  100x100
extend  at 0,50 on FF0000 -> 100x200
encode  100x200
",
    );
}

#[test]
fn looks_act_at_their_place() {
    assert_plan(
        jpeg(600, 400),
        "o-50,r-max,b-5_blue,w-90:r-10_0_20_999:r-30,bg-red",
        "
decode  600x400
resize  600x400+0+0 -> 90x60
border  5 of 0000FF -> 100x70
round   50x35
fade    50%
round   10 0 20 35
round   30
flatten on FF0000
encode  100x70
",
    );
    assert_plan(
        png(200, 100),
        "e-shadow,e-gradient-ld-right_sp-50,e-usm,e-sharpen,bl-2.5,e-contrast,e-grayscale,e-colorize-co-red_in-40,fl-v",
        "
decode  200x100
flip    v
tint    FF0000 by 0.4
gray
stretch
blur    2.5
sharpen 1 over 1 above 0
sharpen 0.8 over 2 within 2 above 0.024
blend   FFFFFF at 0,50 to 00000000 at 50,50
shadow  30% at 4,2 blurred 10
encode  200x100
",
    );
    assert_plan(
        jpeg(200, 100),
        "e-shadow-x-N3,e-gradient-ld-top_from-FF000040_to-blue_sp-ih_div_4",
        "decode  200x100\nblend   FF000040 at 100,100 to 0000FF at 100,75\nencode  200x100",
    );
    // Opaque again, whatever the opacity of the colour.
    assert_plan(jpeg(10, 10), "o-50,bg-FF000040", "decode  10x10\nfade    50%\nflatten on FF0000\nencode  10x10");
}

#[test]
fn settings_of_the_output_fold_over_the_steps_taken() {
    let plan = planned(jpeg(100, 100), "q-50,f-png,bg-red:q-60:if-w_gt_500,q-70,if-else,lo-true,if-end").unwrap();
    assert_eq!(plan.output.quality, Some(60));
    assert_eq!(plan.output.lossless, Some(true));
    assert_eq!((plan.matte.rgb, plan.matte.opacity), ([255, 0, 0], 100));
}

#[test]
fn the_original_is_left_alone() {
    let plan = planned(turned(400, 300, 6), "w-99999:orig-true,bl-5,w-70000,h-70000,c-force:rt-45").unwrap();
    assert_eq!(plan.to_string(), "decode  400x300\nencode  400x300\n");
    assert_eq!((plan.output.original, plan.executable()), (Some(true), Ok(())));
    let unasked = planned(jpeg(400, 300), "if-w_gt_9999,orig-true,if-end:w-5").unwrap();
    assert_eq!(unasked.to_string(), "decode  400x300\nencode  400x300\n");
}

#[test]
fn conditions_see_the_current_image_and_leave_gif_alone() {
    let text = "w-500:if-w_eq_500_and_iw_eq_1600,h-100,if-else,h-50,if-end:if-ar_gt_9,w-1,if-end";
    let taken = planned(jpeg(1600, 900), text).unwrap();
    assert_eq!((taken.size, taken.steps.len()), (Size::new(178, 100), 2));
    let mut gif = jpeg(1600, 900);
    gif.format = Format::Gif;
    let skipped = planned(gif, text).unwrap();
    assert_eq!((skipped.size, skipped.steps.len()), (Size::new(500, 281), 1));
}

#[test]
fn values_without_a_value_are_ignored() {
    for (text, want) in [
        ("w-bw_div_2", (1600, 900)),
        ("w-iw_div_0,h-90", (160, 90)),
        ("w-iw_sub_1600", (1600, 900)),
        ("w-160,ar-iw_sub_1600", (160, 90)),
        ("b-bw_mul_2_red", (1600, 900)),
        ("w-100,h-100,cm-extract,x-bw_mul_2", (100, 100)),
        ("w-160,dpr-iw_div_0", (160, 90)),
        ("w-160,dpr-iw_div_800", (320, 180)),
    ] {
        let size = planned(jpeg(1600, 900), text).unwrap().size;
        assert_eq!((size.width, size.height), want, "{text}");
    }
}

#[test]
fn a_density_is_a_number_by_then() {
    for (text, at_72, without) in [
        ("dn-300", Some(300), Some(300)),
        ("dn-idn_mul_2", Some(144), None),
        ("dn-idn_div_5", Some(14), None),
        ("dn-idn_mul_20", None, None),
        ("dn-300:dn-idn_sub_72", Some(300), Some(300)),
        ("dn-300:w-5:dn-idn", Some(72), Some(300)),
        ("if-w_gt_50,dn-10,if-else,dn-20,if-end", Some(10), Some(10)),
        ("w-5", None, None),
    ] {
        for (density, want) in [(Some(72.0), at_72), (None, without)] {
            let mut source = jpeg(100, 100);
            source.density = density;
            assert_eq!(planned(source, text).unwrap().output.density, want.map(Density::Dpi), "{text}, {density:?}");
        }
    }
}

#[test]
fn what_cannot_be_executed_is_planned_and_named() {
    for (text, want) in [
        ("l-video,i-a.mp4,l-end", "l-video"),
        ("l-image,i-a.png,l-subtitles,i-a.srt,l-end,l-end", "l-subtitles"),
        ("n-thumb", "n"),
        ("pg-2_3", "pg"),
    ] {
        let plan = planned(jpeg(100, 100), text).unwrap();
        let error = plan.executable().unwrap_err();
        assert!(matches!(error, PlanError::Unsupported { parameter, .. } if parameter == want), "{text}: {error}");
        assert_eq!(Error::from(error).code(), ErrorCode::Unsupported);
    }
    for text in
        ["o-100", "md-true", "cp-true", "dn-300", "fo-face,w-50,h-50", "fo-car", "z-2", "pg-2", "e-grayscale-false"]
    {
        assert_eq!(planned(jpeg(100, 100), text).unwrap().executable(), Ok(()), "{text}");
    }
    // Branches that are not taken lack nothing.
    assert_eq!(planned(jpeg(100, 100), "if-w_gt_200,pg-2_3,if-end").unwrap().executable(), Ok(()));
}

#[test]
fn limits_hold_for_the_source_and_for_every_operation() {
    let mut rules = Rules::default();
    rules.limits.pixels = 10_000;
    let refused = |text: &str, source: SourceInfo, rules: &Rules| {
        plan(&read(text), &mut SizeOnly(source), rules).err().map(|e| Error::from(e).code())
    };
    for (text, side, fine) in [
        ("", 100, true),
        ("", 101, false),
        ("w-10", 101, false),
        ("w-100", 50, true),
        ("w-101", 50, false),
        ("w-200:w-10", 50, false),
        ("b-25_red", 50, true),
        ("b-26_red", 50, false),
        ("rt-45", 70, true),
        ("rt-45", 72, false),
        ("w-50,h-201,cm-pad_extract", 50, false),
    ] {
        let code = refused(text, jpeg(side, side), &rules);
        assert_eq!(code, (!fine).then_some(ErrorCode::Limit), "{text} of {side}");
    }
    rules.limits.shadow_pixels = 100;
    for (text, fine) in
        [("e-shadow", false), ("w-10,e-shadow", true), ("w-11,e-shadow", false), ("w-10:e-shadow", true)]
    {
        assert_eq!(refused(text, png(50, 50), &rules), (!fine).then_some(ErrorCode::Limit), "{text}");
    }
    let need = planned(jpeg(100, 100), "w-50").unwrap().memory();
    // Its input, its result, the samples between its two passes, and the weights of both.
    assert_eq!(need, 4 * (10_000 + 2_500 + 5_000) + 300 * 96, "resampling needs most");
    rules.limits.memory = need;
    assert_eq!(refused("w-50", jpeg(100, 100), &rules), None);
    rules.limits.memory = need - 1;
    assert_eq!(refused("w-50", jpeg(100, 100), &rules), Some(ErrorCode::Limit));
    // Small at both ends, huge between the two passes of the resampling.
    assert_eq!(refused("w-1,h-60000,c-force", jpeg(60_000, 1), &Rules::default()), Some(ErrorCode::Limit));
    assert_eq!(planned(jpeg(0, 7), ""), Err(PlanError::Source("it has no pixels".into())));
}

/// An oracle that answers every request to trim with one rectangle.
struct Trimmed(SourceInfo, Rect, Vec<(Size, u8)>);

impl Oracle for Trimmed {
    fn source(&mut self, _: Option<&AssetPath>) -> Result<SourceInfo, PlanError> {
        Ok(self.0.clone())
    }
    fn trim(&mut self, so_far: &Plan, threshold: u8) -> Result<Rect, PlanError> {
        self.2.push((so_far.size, threshold));
        Ok(self.1)
    }
}

#[test]
fn trimming_asks_the_oracle_with_the_plan_so_far() {
    let rect = Rect { x: 10, y: 20, width: 80, height: 40 };
    let mut oracle = Trimmed(jpeg(400, 200), rect, Vec::new());
    let plan = plan(&read("w-200:t-true,w-0.5:t-false:t-15,w-cw_mul_2"), &mut oracle, &Rules::default());
    // The second answer does not fit the smaller image of the last step.
    assert!(matches!(plan, Err(PlanError::Source(_))), "{plan:?}");
    assert_eq!(oracle.2, [(Size::new(200, 100), 10), (Size::new(40, 20), 15)]);

    let mut oracle = Trimmed(jpeg(400, 200), rect, Vec::new());
    let plan = originkit::plan::plan(&read("w-200:t-true,w-cw"), &mut oracle, &Rules::default()).unwrap();
    // `cw` is the image before trimming.
    let want = "\
decode  400x200
resize  400x200+0+0 -> 200x100
trim    80x40+10+20
resize  80x40+0+0 -> 200x100
encode  200x100
";
    assert_eq!(plan.to_string(), want);
    assert_eq!(planned(jpeg(400, 200), "t-true").unwrap().size, Size::new(400, 200), "a blind oracle sees no borders");
}

// ---- laws ----------------------------------------------------------------------------------------

fn sizes() -> impl Values<Value = Size> {
    let side = || prop_oneof![1..=20_000_u32, 1..=40_u32];
    (side(), side()).prop_map(|(width, height)| Size::new(width, height))
}

fn strategies() -> impl Values<Value = Option<Strategy>> {
    use Strategy::{AtLeast, AtMax, AtMaxEnlarge, Force, MaintainRatio, MaintainRatioNoEnlarge};
    proptest::option::of(proptest::sample::select(vec![
        MaintainRatio,
        MaintainRatioNoEnlarge,
        Force,
        AtMax,
        AtMaxEnlarge,
        AtLeast,
    ]))
}

fn modes() -> impl Values<Value = Option<Mode>> {
    use Mode::{Extract, PadExtract, PadExtractNoShrink, PadResize, PadResizeNoEnlarge};
    proptest::option::of(proptest::sample::select(vec![
        Extract,
        PadExtract,
        PadExtractNoShrink,
        PadResize,
        PadResizeNoEnlarge,
    ]))
}

fn focuses() -> impl Values<Value = Option<Focus>> {
    use Gravity::{Bottom, BottomLeft, BottomRight, Center, Left, Right, Top, TopLeft, TopRight};
    let sides = vec![Center, Top, Left, Bottom, Right, TopLeft, TopRight, BottomLeft, BottomRight];
    proptest::option::of(proptest::sample::select(sides).prop_map(Focus::Side))
}

prop_compose! {
    fn edits()(
        width in proptest::option::of(1..=20_000_u32),
        height in proptest::option::of(1..=20_000_u32),
        strategy in strategies(),
        mode in modes(),
        focus in focuses(),
        [x, y, xc, yc] in proptest::array::uniform4(proptest::option::weighted(0.2, -500..20_000_i32)),
        aspect in proptest::option::of((1..=50_u32, 1..=50_u32)),
        dpr in proptest::option::of(1..=50_i64),
        degrees in proptest::option::weighted(0.2, -720..720_i32),
    ) -> Edit {
        let mut edit = Edit::default();
        edit.sizing.width = width.map(|n| Length::Px(n.into()));
        edit.sizing.height = height.map(|n| Length::Px(n.into()));
        edit.sizing.aspect = aspect.map(|(a, b)| Aspect::Ratio(a.into(), b.into()));
        edit.sizing.dpr = dpr.map(|tenths| Dpr::Factor(Number::from_decimal(tenths, 1).unwrap()));
        edit.placing.strategy = strategy;
        edit.placing.mode = mode;
        edit.placing.focus = focus;
        let measure = |n: Option<i32>| n.map(|n| Measure::Px(n.into()));
        edit.placing.x = measure(x);
        edit.placing.y = measure(y);
        edit.placing.x_center = measure(xc);
        edit.placing.y_center = measure(yc);
        edit.rotation = degrees.map(|n| Rotation::Degrees(n.into()));
        edit
    }
}

fn unlimited() -> Rules {
    let mut rules = Rules::default();
    rules.limits.pixels = u64::MAX;
    rules.limits.memory = u64::MAX;
    rules.limits.work = u64::MAX;
    rules
}

fn chain(edits: Vec<Edit>) -> Transformation {
    Transformation { steps: edits.into_iter().map(|edit| Step::Edit(Box::new(edit))).collect() }
}

fn lies_inside(region: &Region, size: Size) -> bool {
    let on_axis = |at: f64, length: f64, all: u32| at >= 0.0 && length > 0.0 && at + length <= f64::from(all);
    on_axis(region.x, region.width, size.width) && on_axis(region.y, region.height, size.height)
}

/// Each operation fits the image that it gets, and changes it.
fn check_ops(plan: &Plan) -> Result<(), TestCaseError> {
    let mut size = Size::new(0, 0);
    for (index, op) in plan.ops.iter().enumerate() {
        prop_assert_eq!(index == 0, matches!(op, Op::Decode { .. }));
        match *op {
            Op::Crop(rect) => prop_assert!(rect.fits(size) && rect != Rect::full(size), "{}", rect),
            Op::Resize { from, to } => {
                prop_assert!(lies_inside(&from, size), "{} of {}", from, size);
                prop_assert!(to != size || !from.covers(size));
            }
            Op::Extend { to, at, .. } => {
                let fits = |at: i64, side: u32, all: u32| at >= 0 && at + i64::from(side) <= i64::from(all);
                prop_assert!(fits(at.x, size.width, to.width) && fits(at.y, size.height, to.height));
                prop_assert!(to != size);
            }
            Op::Rotate { degrees, .. } => prop_assert!(degrees > Number::from(0) && degrees < Number::from(360)),
            _ => {}
        }
        size = op.output(size);
        prop_assert!(size.pixels() > 0);
    }
    prop_assert_eq!(size, plan.size);
    Ok(())
}

/// Steps chain, and each frame is inside its input and its canvas.
fn check_frames(plan: &Plan, source: Size) -> Result<(), TestCaseError> {
    let mut size = source;
    for frame in &plan.steps {
        prop_assert_eq!(frame.input, size);
        prop_assert!(lies_inside(&frame.source, frame.input), "{:?}", frame);
        prop_assert!(frame.target.fits(frame.canvas), "{:?}", frame);
        size = frame.output;
    }
    prop_assert_eq!(size, plan.size);
    Ok(())
}

proptest! {
    #[test]
    fn plans_are_consistent(source in sizes(), edits in proptest::collection::vec(edits(), 1..4)) {
        match plan(&chain(edits), &mut SizeOnly::new(source), &unlimited()) {
            Ok(plan) => {
                check_ops(&plan)?;
                check_frames(&plan, source)?;
            }
            Err(error) => prop_assert!(matches!(error, PlanError::OutsideImage { .. }), "{}", error),
        }
    }

    #[test]
    fn no_plan_passes_its_limits(source in sizes(), edits in proptest::collection::vec(edits(), 1..4)) {
        let mut rules = Rules::default();
        rules.limits.pixels = 1_000_000;
        rules.limits.memory = 9_000_000;
        if let Ok(plan) = plan(&chain(edits), &mut SizeOnly::new(source), &rules) {
            let mut size = source;
            for op in &plan.ops {
                size = op.output(size);
                prop_assert!(size.pixels() <= rules.limits.pixels);
            }
            prop_assert!(plan.memory() <= rules.limits.memory);
        }
    }

    #[test]
    fn strategies_keep_their_promises(
        source in sizes(),
        (width, height) in (1..=5000_u32, 1..=5000_u32),
        strategy in strategies(),
        focus in focuses(),
    ) {
        let mut edit = Edit::default();
        edit.sizing.width = Some(Length::Px(width.into()));
        edit.sizing.height = Some(Length::Px(height.into()));
        edit.placing.strategy = strategy;
        edit.placing.focus = focus;
        let plan = plan(&chain(vec![edit]), &mut SizeOnly::new(source), &unlimited()).unwrap();
        let (out, frame) = (plan.size, plan.steps[0]);
        let inside = |a: Size, b: Size| a.width <= b.width && a.height <= b.height;
        let box_ = Size::new(width, height);
        let touches = out.width == width || out.height == height;
        match strategy {
            None | Some(Strategy::MaintainRatio) => {
                prop_assert_eq!(out, box_);
                let shape = frame.source.width / frame.source.height;
                prop_assert!((shape / box_.ratio() - 1.0).abs() < 1e-9, "cut in another shape");
                let whole_axis = frame.source.width >= source.width.into() || frame.source.height >= source.height.into();
                prop_assert!(whole_axis, "more is cut than must be");
            }
            Some(Strategy::MaintainRatioNoEnlarge) => {
                prop_assert!(inside(out, box_) && inside(out, source));
                prop_assert!(f64::from(out.width) <= frame.source.width + 1e-9);
            }
            Some(Strategy::Force) => prop_assert_eq!(out, box_),
            Some(Strategy::AtMax) => prop_assert!(inside(out, box_) && inside(out, source)),
            Some(Strategy::AtMaxEnlarge) => prop_assert!(inside(out, box_) && touches),
            Some(Strategy::AtLeast) => prop_assert!(inside(box_, out) && touches),
            Some(other) => prop_assert!(false, "no law for {:?}", other),
        }
        let cuts = matches!(strategy, None | Some(Strategy::MaintainRatio | Strategy::MaintainRatioNoEnlarge));
        prop_assert!(cuts || frame.source.covers(source), "cut where nothing is to be cut");
        prop_assert_eq!(frame.target, Rect::full(frame.canvas), "padded");
    }

    #[test]
    fn modes_keep_their_promises(
        source in sizes(),
        (width, height) in (1..=5000_u32, 1..=5000_u32),
        mode in modes(),
        strategy in strategies(),
        focus in focuses(),
    ) {
        let Some(mode) = mode else { return Ok(()) };
        let mut edit = Edit::default();
        edit.sizing.width = Some(Length::Px(width.into()));
        edit.sizing.height = Some(Length::Px(height.into()));
        edit.placing.mode = Some(mode);
        edit.placing.strategy = strategy;
        edit.placing.focus = focus;
        let plan = plan(&chain(vec![edit]), &mut SizeOnly::new(source), &unlimited()).unwrap();
        let (out, frame) = (plan.size, plan.steps[0]);
        let both = |pick: fn(u32, u32) -> u32| Size::new(pick(width, source.width), pick(height, source.height));
        match mode {
            Mode::Extract => prop_assert_eq!(out, both(u32::min)),
            Mode::PadExtract | Mode::PadResize | Mode::PadResizeNoEnlarge => {
                prop_assert_eq!(out, Size::new(width, height));
            }
            Mode::PadExtractNoShrink => prop_assert_eq!(out, both(u32::max)),
            other => prop_assert!(false, "no law for {:?}", other),
        }
        if matches!(mode, Mode::Extract | Mode::PadExtract | Mode::PadExtractNoShrink) {
            prop_assert!(!plan.ops.iter().any(|op| matches!(op, Op::Resize { .. })), "resampled");
        } else {
            prop_assert!(frame.source.covers(source), "cut where nothing is to be cut");
        }
        if mode == Mode::PadResizeNoEnlarge {
            prop_assert!(frame.target.width <= source.width && frame.target.height <= source.height, "enlarged");
        }
    }

    #[test]
    fn one_side_alone_keeps_the_shape(source in sizes(), side in 1..=5000_u32, wide: bool, strategy in strategies(), mode in modes()) {
        let mut edit = Edit::default();
        let length = Some(Length::Px(side.into()));
        *(if wide { &mut edit.sizing.width } else { &mut edit.sizing.height }) = length;
        edit.placing.strategy = strategy;
        edit.placing.mode = mode;
        let plan = plan(&chain(vec![edit]), &mut SizeOnly::new(source), &unlimited()).unwrap();
        let (out, frame) = (plan.size, plan.steps[0]);
        prop_assert!(frame.source.covers(source) && frame.target == Rect::full(out));
        let scale = if wide { f64::from(out.width) / f64::from(source.width) } else { f64::from(out.height) / f64::from(source.height) };
        let near = |got: u32, all: u32| (f64::from(got) - f64::from(all) * scale).abs() <= 0.5 + 1e-6 || got == 1;
        prop_assert!(near(out.width, source.width) && near(out.height, source.height), "{} of {}", out, source);
    }
}
