//! rmcp's example `structured_output`: tools that answer with JSON, and whose output schemas clients can see.
//!
//! The original checked some arguments in a body, and failed with a text: an empty list, and an unknown operation. In the port the schema of the arguments excludes both.

use schemars::JsonSchema;
use secure_tool::{ServerBuilder, prelude::*};
use serde::{Deserialize, Serialize};

/// Of what the weather is asked.
#[derive(Arguments)]
pub struct WeatherRequest {
    /// Which city.
    #[arg(max_len = 100)]
    city: String,
    /// In which units.
    #[arg(default = Units::Celsius)]
    units: Units,
}

/// The units of a temperature.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Units {
    /// Degrees Celsius.
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
}

/// The weather.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Weather {
    city: String,
    temperature: f64,
    description: String,
    humidity: u8,
    wind_speed: f64,
}

/// What is done with numbers.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Add them.
    Sum,
    /// Their mean.
    Average,
    /// Multiply them.
    Product,
}

/// The result.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Calculated {
    result: f64,
    operation: Operation,
    input_count: usize,
}

/// The server has no state.
#[derive(Debug)]
pub struct StructuredOutput;

impl StructuredOutput {
    /// Tell the weather of a city.
    #[secure_tool(scope = public("the weather is public"), owner = unowned("the weather is nobody's"), read_only)]
    pub async fn get_weather(&self, #[arg(flatten)] request: WeatherRequest) -> Json<Weather> {
        Json(Weather {
            city: request.city,
            temperature: match request.units {
                Units::Celsius => 22.5,
                Units::Fahrenheit => 72.5,
            },
            description: "some clouds".into(),
            humidity: 65,
            wind_speed: 12.5,
        })
    }

    /// Calculate with a list of numbers.
    #[secure_tool(scope = public("arithmetic"), owner = unowned("numbers are nobody's"), read_only)]
    pub async fn calculate(
        &self,
        /// The numbers.
        #[arg(min_items = 1)]
        numbers: Vec<i32>,
        /// What is done with them.
        operation: Operation,
    ) -> Json<Calculated> {
        let all = || numbers.iter().copied().map(f64::from);
        let result = match operation {
            Operation::Sum => all().sum(),
            // A list of arguments has at most 100 items.
            Operation::Average => all().sum::<f64>() / u32::try_from(numbers.len()).map_or(f64::NAN, f64::from),
            Operation::Product => all().product(),
        };
        Json(Calculated { result, operation, input_count: numbers.len() })
    }

    /// Tell which server this is.
    #[secure_tool(scope = public("the name of an example"), owner = unowned("a fixed text"), read_only)]
    pub async fn get_info(&self) -> &'static str {
        "the migrated example of structured output"
    }
}

/// The server.
pub fn builder() -> ServerBuilder<StructuredOutput> {
    SecureServer::builder(StructuredOutput)
        .name("structured-output")
        .tool(StructuredOutput::get_weather())
        .tool(StructuredOutput::calculate())
        .tool(StructuredOutput::get_info())
}
