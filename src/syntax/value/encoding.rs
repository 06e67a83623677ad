//! Values of the output.

use super::{Expected, Expr, Value, whole, words};
use crate::transform::{Density, OutputFormat, Term, Variable};

words!(OutputFormat, "`auto`, `orig`, `jpg`, `png`, `webp`, `avif`, `gif` or `svg`",
    "auto" => OutputFormat::Auto,
    "orig" => OutputFormat::Original,
    "jpg" => OutputFormat::Jpeg,
    "jpeg" => OutputFormat::Jpeg,
    "png" => OutputFormat::Png,
    "webp" => OutputFormat::WebP,
    "avif" => OutputFormat::Avif,
    "gif" => OutputFormat::Gif,
    "svg" => OutputFormat::Svg,
);

impl Value for Density {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "1 to 1200 dots per inch, or an expression with `idn`";
        if let Some(dpi) = whole(text) {
            return if (1..=1200).contains(&dpi) { Ok(Self::Dpi(dpi)) } else { Err(EXPECTED) };
        }
        let expr = Expr::read(text).map_err(|_| EXPECTED)?;
        let terms = std::iter::once(&expr.first).chain(expr.rest.iter().map(|(_, term)| term));
        let mut variables = terms.filter(|term| matches!(term, Term::Variable(_))).peekable();
        let fine = variables.peek().is_some() && variables.all(|v| *v == Term::Variable(Variable::InitialDensity));
        if fine { Ok(Self::Expr(expr)) } else { Err(EXPECTED) }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Dpi(dpi) => out.push_str(&dpi.to_string()),
            Self::Expr(expr) => expr.write(out),
        }
    }
}
