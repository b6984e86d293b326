//! Statements whose text never varies, so that each is prepared once per connection: diesel
//! prepares an `UPDATE` of its own anew each time.

/// Makes a type of a statement, from text and bound values by turns:
///
/// ```text
/// statement! {
///     /// Lets a person in or out.
///     SetActive<'a>(active: bool, name: &'a str) {
///         "UPDATE users SET active = " => Bool: active,
///         " WHERE user_name = " => Text: name,
///     }
/// }
/// SetActive { active: false, name: "ada" }.execute(connection)?;
/// ```
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident<'a>($($field:ident: $type:ty),+ $(,)?) {
            $($sql:literal $(=> $kind:ty: $value:expr)?),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: $type,)+
        }

        impl ::diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl ::diesel::query_builder::QueryFragment<::diesel::sqlite::Sqlite> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: ::diesel::query_builder::AstPass<'_, 'b, ::diesel::sqlite::Sqlite>,
            ) -> ::diesel::QueryResult<()> {
                let Self { $($field),+ } = self;
                $(
                    out.push_sql($sql);
                    $(out.push_bind_param::<$kind, _>($value)?;)?
                )+
                Ok(())
            }
        }

        impl ::diesel::RunQueryDsl<::diesel::SqliteConnection> for $name<'_> {}
    };
}
pub(crate) use statement;
