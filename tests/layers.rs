//! The plans of layers, made with fixed answers in place of files and without pixels.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

use originkit::error::PlanError;
use originkit::plan::{Op, Oracle, Plan, Rect, Rules, Size, SourceInfo, TextBlock, plan};
use originkit::transform::{AssetPath, Transformation};
use originkit::{Error, ErrorCode, Format};

/// An oracle that knows every file by its name, trims one pixel off each edge, and measures texts by counting.
struct Files(Vec<(&'static str, SourceInfo)>);

impl Oracle for Files {
    fn source(&mut self, file: Option<&AssetPath>) -> Result<SourceInfo, PlanError> {
        let name = file.map_or("", AssetPath::as_str);
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, info)| info.clone()).ok_or_else(|| PlanError::Source(format!("no {name}")))
    }
    fn trim(&mut self, so_far: &Plan, _: u8) -> Result<Rect, PlanError> {
        let Size { width, height } = so_far.size;
        Ok(Rect { x: 1, y: 1, width: width - 2, height: height - 2 })
    }
    fn text(&mut self, text: &TextBlock) -> Result<Size, PlanError> {
        let letters = text.text.chars().count() as u32;
        Ok(text.padded(Size::new(text.wrap.unwrap_or(letters * text.size as u32 / 2), text.size as u32)))
    }
}

fn files() -> Files {
    let of = |width, height, format, alpha| {
        let mut info = SourceInfo::new(Size::new(width, height));
        (info.format, info.alpha) = (format, alpha);
        info
    };
    Files(vec![
        ("", of(600, 400, Format::Jpeg, false)),
        ("logo.png", of(202, 102, Format::Png, true)),
        ("dress.jpg", of(402, 802, Format::Jpeg, false)),
        ("loop.gif", of(100, 50, Format::Gif, true)),
    ])
}

fn planned(text: &str) -> Result<Plan, PlanError> {
    let wanted: Transformation = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    plan(&wanted, &mut files(), &Rules::default())
}

#[track_caller]
fn assert_plan(text: &str, want: &str) {
    let got = planned(text).unwrap_or_else(|e| panic!("{text}: {e}")).to_string();
    assert_eq!(got.trim_end(), want.trim_matches('\n'), "\n{text}\n{got}");
}

#[test]
fn an_overlay_is_trimmed_sized_and_placed_on_the_resized_base() {
    assert_plan(
        "w-300,l-image,i-logo.png,w-bw_div_3,lfo-bottom_right,l-end",
        "
decode  600x400
resize  600x400+0+0 -> 300x200
compose at 200,150
  decode  202x102 logo.png
  trim    200x100+1+1
  resize  200x100+0+0 -> 100x50
encode  300x200
",
    );
    assert_plan(
        "l-image,i-logo.png,t-false,lx-N10,ly-5,l-end",
        "
decode  600x400
compose at 388,5
  decode  202x102 logo.png
encode  600x400
",
    );
    // `rt` after `w`, and the place is found for what comes of it.
    assert_plan(
        "l-image,i-logo.png,w-10,rt-90,lx-N0,ly-N0,l-end",
        "
decode  600x400
compose at 595,390
  decode  202x102 logo.png
  trim    200x100+1+1
  resize  200x100+0+0 -> 10x5
  rotate  90 -> 5x10
encode  600x400
",
    );
}

#[test]
fn layers_nest_and_positions_refer_to_the_parent() {
    // The documented example: the logo at the top right of the framed dress, that at the bottom left.
    assert_plan(
        "l-image,i-dress.jpg,h-400,b-10_red,lfo-bottom_left,l-image,i-logo.png,w-150,lfo-top_right,l-end,l-end",
        "
decode  600x400
compose at 0,-20
  decode  402x802 dress.jpg
  trim    400x800+1+1
  resize  400x800+0+0 -> 200x400
  border  10 of FF0000 -> 220x420
  compose at 70,0
    decode  202x102 logo.png
    trim    200x100+1+1
    resize  200x100+0+0 -> 150x75
encode  600x400
",
    );
    // The documented chain: the inner `bw` is the width of the outer overlay at that point.
    assert_plan(
        "l-image,i-dress.jpg,w-bw_div_3,lx-bw_mul_0.1:l-image,i-logo.png,w-bw_div_2,l-end,l-end",
        "
decode  600x400
compose at 60,0
  decode  402x802 dress.jpg
  trim    400x800+1+1
  resize  400x800+0+0 -> 200x400
  compose at 50,175
    decode  202x102 logo.png
    trim    200x100+1+1
    resize  200x100+0+0 -> 100x50
encode  600x400
",
    );
}

#[test]
fn variables_and_conditions_inside_a_layer_are_the_overlays() {
    // `iw` is the overlay before trimming, `cw` after the step before; conditions see the overlay.
    for (text, want) in [
        ("w-iw_div_2", (101, 51)),
        ("w-100:w-cw_div_2", (50, 25)),
        ("w-0.5", (100, 50)),
        ("if-w_gt_100,w-80,if-else,w-20,if-end", (80, 40)),
        ("w-50:if-w_eq_50_and_iw_eq_202,h-10,if-end", (20, 10)),
        ("w-bar_mul_100", (150, 75)),
        ("w-10_add_5_mod_4_pow_2", (9, 5)),
    ] {
        let plan = planned(&format!("l-image,i-logo.png,{text},l-end")).unwrap();
        let Some(Op::Compose { layer, .. }) = plan.ops.last() else { panic!("{text}") };
        assert_eq!((layer.size.width, layer.size.height), want, "{text}");
    }
    // Conditions do not look at GIFs (documented), also where they are overlays.
    let plan = planned("l-image,i-loop.gif,if-w_gt_1,w-10,if-end,l-end").unwrap();
    let Some(Op::Compose { layer, .. }) = plan.ops.last() else { panic!() };
    assert_eq!(layer.size, Size::new(98, 48));
}

#[test]
fn blocks_have_sizes_of_the_base() {
    for (text, size, color, at) in [
        ("bg-FF0000,w-30,h-20", (30, 20), "FF0000", (285, 190)),
        ("bg-FF0000,al-4,w-30,h-20", (30, 20), "FF000040", (285, 190)),
        ("bg-FF000025,al-4,w-30,h-20", (30, 20), "FF000025", (285, 190)),
        ("w-bw,h-bh_div_10,ly-N0", (600, 40), "000000", (0, 360)),
        ("w-0.5", (300, 400), "000000", (150, 0)),
        // `iw` and `cw` mean nothing here.
        ("w-iw_div_2,h-cw", (600, 400), "000000", (0, 0)),
        ("e-gradient-from-red,h-100,lfo-top", (600, 100), "00000000", (0, 0)),
    ] {
        let plan = planned(&format!("l-image,i-ik_canvas,{text},l-end")).unwrap();
        let Some(Op::Compose { layer, at: placed, .. }) = plan.ops.last() else { panic!("{text}") };
        let Some(Op::Canvas { size: s, color: c }) = layer.ops.first() else { panic!("{text}") };
        assert_eq!(((s.width, s.height), c.to_string().as_str()), (size, color), "{text}");
        assert_eq!((placed.x, placed.y), at, "{text}");
    }
}

#[test]
fn texts_are_resolved_before_they_are_measured() {
    assert_plan(
        "l-text,i-Hello,fs-bh_div_10,pa-1_2,bg-FFFFFF,al-5,co-red,rt-90,lx-0,ly-0,l-end",
        r#"
decode  600x400
compose at 0,0
  text    104x42 of "Hello" at 40 in FF000050
  rotate  90 -> 42x104
encode  600x400
"#,
    );
    // All steps of a text speak about one text.
    let plan = planned("l-text,i-Hi,fs-20,w-bw_div_2:ia-right,tg-b:rt-180,l-end").unwrap();
    let Some(Op::Compose { layer, .. }) = plan.ops.last() else { panic!() };
    let Some(Op::Text { block, size }) = layer.ops.first() else { panic!() };
    assert_eq!((block.wrap, block.typography.bold, *size), (Some(300), true, Size::new(300, 20)));
    assert_eq!(layer.ops.len(), 2);
}

#[test]
fn layers_are_drawn_in_order_and_last() {
    let plan = planned("l-text,i-A,l-end,e-grayscale,l-image,i-logo.png,t-false,l-end,w-300").unwrap();
    let kinds: Vec<_> = plan.to_string().lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["decode", "resize", "gray", "compose", "", "compose", "", "encode"]);
}

#[test]
fn blends_have_their_numbers() {
    assert!(
        planned("l-image,i-logo.png,lm-multiply,l-end").unwrap().to_string().contains("compose at 200,150 multiply")
    );
    let displaced = planned("l-image,i-logo.png,lm-displace,lx-20,ly-N5,l-end").unwrap().to_string();
    assert!(displaced.contains("compose at 0,0 displace by 20,-5"), "{displaced}");
    assert!(displaced.contains("resize  200x100+0+0 -> 600x400"), "the map is stretched over the base");
}

#[test]
fn a_missing_overlay_is_an_error_and_limits_hold_inside_layers() {
    assert!(matches!(planned("l-image,i-gone.png,l-end"), Err(PlanError::Source(_))));
    let huge = planned("l-image,i-logo.png,w-60000,l-end").map_err(Error::from).unwrap_err();
    assert_eq!(huge.code(), ErrorCode::Limit);
    let wide = planned("l-image,i-ik_canvas,w-60000,h-60000,l-end").map_err(Error::from).unwrap_err();
    assert_eq!(wide.code(), ErrorCode::Limit);
    // What a layer lacks, the plan lacks.
    let plan = planned("l-image,i-logo.png,pg-2_3,l-end").unwrap();
    assert!(plan.executable().is_err());
}

#[test]
fn the_memory_of_a_layer_counts() {
    let alone = planned("w-60").unwrap().memory();
    let with = planned("w-60,l-image,i-dress.jpg,l-end").unwrap().memory();
    assert!(with > alone, "{with} against {alone}");
}
