//! Values that only the compiler knows: `MAX`, `u32::MAX`, `T::READ`, `Duration::from_secs(LIMIT)`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::visit::{self, Visit};
use syn::{Expr, ExprPath};

use super::numbers::at_end;
use super::signature::contains_ident;
use super::take_equals;

/// Reads `= EXPRESSION`, if that is what follows the key and its value is for the compiler to know. Otherwise nothing is read.
pub(crate) fn read(input: ParseStream) -> Option<Box<Expr>> {
    let ahead = input.fork();
    if !take_equals(&ahead) {
        return None;
    }
    let expression: Expr = ahead.parse().ok()?;
    if !at_end(&ahead) || !is_constant(&expression) {
        return None;
    }
    take_equals(input);
    input.parse().ok()
}

/// Reads an item of a list, if its value is for the compiler to know. Otherwise nothing is read.
pub(crate) fn read_item(input: ParseStream) -> Option<Box<Expr>> {
    let ahead = input.fork();
    let expression: Expr = ahead.parse().ok()?;
    if !at_end(&ahead) || !is_constant(&expression) {
        return None;
    }
    input.parse().ok()
}

/// Whether an expression can be a constant. A literal is none, and neither is a word in lower case: it is probably a mistake that has its
/// own message.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Path(path) => path.path.get_ident().is_none_or(is_named_like_one),
        // `60/minute` is none.
        Expr::Binary(binary) => is_operand(&binary.left) && is_operand(&binary.right),
        Expr::Unary(unary) => is_constant(&unary.expr),
        Expr::Paren(paren) => is_constant(&paren.expr),
        Expr::Group(group) => is_constant(&group.expr),
        Expr::Reference(reference) => is_constant(&reference.expr) || matches!(&*reference.expr, Expr::Array(_)),
        Expr::Array(array) => array.elems.iter().any(is_constant),
        Expr::Call(call) => is_constant(&call.func) || matches!(&*call.func, Expr::Path(_)),
        Expr::Const(_)
        | Expr::Block(_)
        | Expr::Cast(_)
        | Expr::Field(_)
        | Expr::Index(_)
        | Expr::Macro(_)
        | Expr::MethodCall(_) => true,
        _ => false,
    }
}

fn is_operand(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(_)) || is_constant(expression)
}

fn is_named_like_one(name: &Ident) -> bool {
    name.to_string().contains(char::is_uppercase)
}

/// Whether the value may depend on a type parameter of the `impl` block, so that no constant of its own can hold it: it names `Self` or a type parameter of one
/// letter, or stands in a block.
pub(crate) fn may_be_generic(expression: &Expr) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_path(&mut self, path: &'ast ExprPath) {
            let first = path.path.segments.first().filter(|_| path.path.segments.len() > 1);
            self.0 |= first.is_some_and(|first| is_type_parameter(&first.ident));
            visit::visit_expr_path(self, path);
        }
        fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
            self.0 |= path.path.get_ident().is_some_and(is_type_parameter);
            visit::visit_type_path(self, path);
        }
    }
    if matches!(expression, Expr::Const(_) | Expr::Block(_)) || contains_ident(&expression.to_token_stream(), "Self") {
        return true;
    }
    let mut find = Find(false);
    find.visit_expr(expression);
    find.0
}

/// `T`, `K2`.
fn is_type_parameter(name: &Ident) -> bool {
    let name = name.to_string();
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase()) && letters.all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use syn::{Expr, parse_quote};

    use super::{is_constant, may_be_generic};

    #[test]
    fn constants() {
        let constants: [Expr; 12] = [
            parse_quote!(MAX),
            parse_quote!(limits::MAX),
            parse_quote!(u32::MAX),
            parse_quote!(Self::MAX - 1),
            parse_quote!(-MAX),
            parse_quote!(Duration::from_secs(5)),
            parse_quote!(seconds(5)),
            parse_quote!(Rate::new(5, Unit::Hour).burst(2)),
            parse_quote!({ MAX }),
            parse_quote!(MAX as u32),
            parse_quote!(["a", OTHER]),
            parse_quote!(concat!("a", "b")),
        ];
        for constant in &constants {
            assert!(is_constant(constant), "{}", quote::quote!(#constant));
        }
        let others: [Expr; 6] = [
            parse_quote!(5),
            parse_quote!(-5),
            parse_quote!("5"),
            parse_quote!(five),
            parse_quote!(60 / minute),
            parse_quote!(["a"]),
        ];
        for other in &others {
            assert!(!is_constant(other), "{}", quote::quote!(#other));
        }
    }

    #[test]
    fn what_may_depend_on_a_type_parameter() {
        let generic: [Expr; 5] = [
            parse_quote!(T::MAX),
            parse_quote!(Self::MAX),
            parse_quote!(<T as Limits>::MAX + 1),
            parse_quote!(const { Store::MAX }),
            parse_quote!(f(K2::MAX)),
        ];
        assert!(generic.iter().all(may_be_generic));
        let own: [Expr; 4] = [parse_quote!(MAX), parse_quote!(u32::MAX), parse_quote!(Limits::MAX), parse_quote!(X)];
        assert!(!own.iter().any(may_be_generic));
    }
}
