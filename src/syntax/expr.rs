//! Parsing of expressions and conditions: `ih_mul_0.8_add_10`, `h_gte_100_and_ar_lt_4-3`.

use std::fmt;
use std::str::FromStr;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{all_consuming, map, map_opt, opt, value};
use nom::multi::{many0, separated_list1};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::number::Number;
use crate::transform::{
    Comparator, Comparison, Condition, Expr, ExprError, Operand, Operator, Property, Term, Variable,
};

/// Reads a condition, the text after `if-`. The error names the expected syntax.
pub(super) fn condition(text: &str) -> Result<Condition, &'static str> {
    let and_group = separated_list1(tag("_and_"), comparison);
    let any = separated_list1(tag("_or_"), and_group);
    let (_, any) = all_consuming(any)
        .parse(text)
        .map_err(|_| "expected comparisons such as `w_gt_300`, joined by `_and_` and `_or_`")?;
    let fine = any.iter().flatten().all(|c| match c.operand {
        Operand::Number(_) => true,
        Operand::Ratio(width, height) => {
            matches!(c.property, Property::Aspect | Property::InitialAspect) && !width.is_zero() && !height.is_zero()
        }
    });
    if fine { Ok(Condition { any }) } else { Err("a ratio has no zero and compares only with `ar` and `iar`") }
}

fn comparison(input: &str) -> IResult<&str, Comparison> {
    let (input, property) = property(input)?;
    let (input, comparator) = preceded(char('_'), comparator).parse(input)?;
    let (input, operand) = preceded(char('_'), operand).parse(input)?;
    Ok((input, Comparison { property, comparator, operand }))
}

fn operand(input: &str) -> IResult<&str, Operand> {
    let (input, first) = unum(input)?;
    let (input, second) = opt(preceded(one_of("-_"), unum)).parse(input)?;
    Ok((input, second.map_or(Operand::Number(first), |second| Operand::Ratio(first, second))))
}

fn property(input: &str) -> IResult<&str, Property> {
    let mut rows = PROPERTIES.map(|(name, property)| value(property, tag(name)));
    alt(rows.as_mut_slice()).parse(input)
}

fn comparator(input: &str) -> IResult<&str, Comparator> {
    let mut rows = COMPARATORS.map(|(name, comparator)| value(comparator, tag(name)));
    alt(rows.as_mut_slice()).parse(input)
}

fn expression(input: &str) -> IResult<&str, Expr> {
    let (input, first) = term(input)?;
    let (input, rest) = many0((preceded(char('_'), operator), preceded(char('_'), term))).parse(input)?;
    Ok((input, Expr { first, rest }))
}

fn term(input: &str) -> IResult<&str, Term> {
    alt((map(variable, Term::Variable), map(unum, Term::Number))).parse(input)
}

fn variable(input: &str) -> IResult<&str, Variable> {
    let mut rows = VARIABLES.map(|(name, variable)| value(variable, tag(name)));
    alt(rows.as_mut_slice()).parse(input)
}

fn operator(input: &str) -> IResult<&str, Operator> {
    let mut rows = OPERATORS.map(|(name, operator)| value(operator, tag(name)));
    alt(rows.as_mut_slice()).parse(input)
}

fn unum(input: &str) -> IResult<&str, Number> {
    map_opt(take_while1(|c: char| c.is_ascii_digit() || c == '.'), |digits: &str| digits.parse().ok()).parse(input)
}

/// Reads `iw`, `300`, `iw_div_2_add_10`.
impl FromStr for Expr {
    type Err = ExprError;
    fn from_str(text: &str) -> Result<Self, ExprError> {
        all_consuming(expression).parse(text).map(|(_, expr)| expr).map_err(|_| ExprError::Malformed)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.rest.iter().try_for_each(|(operator, term)| write!(f, "_{}_{term}", name_of(&OPERATORS, *operator)))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Variable(variable) => f.write_str(name_of(&VARIABLES, *variable)),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, group) in self.any.iter().enumerate() {
            f.write_str(if n > 0 { "_or_" } else { "" })?;
            for (n, comparison) in group.iter().enumerate() {
                write!(f, "{}{comparison}", if n > 0 { "_and_" } else { "" })?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_", name_of(&PROPERTIES, self.property), name_of(&COMPARATORS, self.comparator))?;
        match self.operand {
            Operand::Number(number) => write!(f, "{number}"),
            Operand::Ratio(width, height) => write!(f, "{width}-{height}"),
        }
    }
}

/// Returns the name of `value` in a table that lists every value.
pub(super) fn name_of<T: PartialEq + Copy>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

const VARIABLES: [(&str, Variable); 10] = [
    ("iw", Variable::InitialWidth),
    ("ih", Variable::InitialHeight),
    ("iar", Variable::InitialAspect),
    ("cw", Variable::CurrentWidth),
    ("ch", Variable::CurrentHeight),
    ("car", Variable::CurrentAspect),
    ("bw", Variable::BaseWidth),
    ("bh", Variable::BaseHeight),
    ("bar", Variable::BaseAspect),
    ("idn", Variable::InitialDensity),
];

const OPERATORS: [(&str, Operator); 6] = [
    ("add", Operator::Add),
    ("sub", Operator::Sub),
    ("mul", Operator::Mul),
    ("div", Operator::Div),
    ("mod", Operator::Mod),
    ("pow", Operator::Pow),
];

const PROPERTIES: [(&str, Property); 6] = [
    ("w", Property::Width),
    ("h", Property::Height),
    ("ar", Property::Aspect),
    ("iw", Property::InitialWidth),
    ("ih", Property::InitialHeight),
    ("iar", Property::InitialAspect),
];

/// A name precedes its own prefix.
const COMPARATORS: [(&str, Comparator); 6] = [
    ("eq", Comparator::Equal),
    ("ne", Comparator::NotEqual),
    ("gte", Comparator::GreaterOrEqual),
    ("gt", Comparator::Greater),
    ("lte", Comparator::LessOrEqual),
    ("lt", Comparator::Less),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_print_as_they_are_read() {
        for text in ["iw", "300", "iw_div_2_add_10", "ih_mul_0.8_add_iw_mul_0.4", "bar_pow_2", "idn_mul_2"] {
            assert_eq!(text.parse::<Expr>().unwrap().to_string(), text);
        }
        for text in ["", "_div_2", "iw_div", "iwdiv_2", "iw_plus_2", "iw_div_N2", "iw_div_2_", "IW", "iw_div_1.2.3"] {
            assert!(text.parse::<Expr>().is_err(), "{text}");
        }
    }

    #[test]
    fn conditions_print_as_they_are_read() {
        for text in ["ar_gt_1", "h_gte_100_and_h_lte_400_or_ar_lt_4-3", "iw_ne_0.5", "iar_eq_16-9"] {
            assert_eq!(condition(text).unwrap().to_string(), text);
        }
        assert_eq!(condition("ar_lt_4_3").unwrap().to_string(), "ar_lt_4-3");
        for text in ["", "w", "w_gt", "w_gt_", "w_above_1", "z_gt_1", "w_gt_4-3", "ar_gt_4-0", "w_gt_1_xor_h_gt_1"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
