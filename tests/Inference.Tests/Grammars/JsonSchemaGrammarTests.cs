using System.Text;
using System.Text.Json;
using CsCheck;

namespace SwarmCompute.Inference.Tests.Grammars;

public sealed class JsonSchemaGrammarTests
{
    private const string Person = """
        {"type":"object","title":"Person","properties":{"name":{"type":"string"},"age":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","b\n",1,null]},"minItems":1,"maxItems":2},
         "more":{"anyOf":[{"type":"boolean"},{"const":{"x":[1]}}]}},"required":["name","tags"],"additionalProperties":false}
        """;

    [Theory]
    [InlineData("""{"name":"é\n","age":3,"tags":["a"],"more":true}""", true), InlineData("""{ "name": "", "tags": [1, null]}""", true)]
    [InlineData("""{"name":"x","tags":["b\n"],"more":{"x":[1]}}""", true), InlineData("{\n \"name\": \"x\",\n \"tags\": [\"a\"]\n}", true)]
    [InlineData("""{"name":"x"}""", false), InlineData("""{"tags":["a"],"name":"x"}""", false), InlineData("""{"name":"x","tags":[]}""", false)]
    [InlineData("""{"name":"x","tags":["a","a","a"]}""", false), InlineData("""{"name":"x","age":1.5,"tags":["a"]}""", false), InlineData("""{"name":"x","tags":["c"]}""", false)]
    public void A_value_fits_where_the_schema_says_so(string json, bool fits) => Assert.Equal(fits, Fits(JsonSchemaGrammar.Of(Parse(Person)), json));

    [Theory]
    [InlineData("""{"type":["string","null"]}""", "null", true), InlineData("""{"type":["string","null"]}""", "1", false)]
    [InlineData("{}", "[1,{\"a\":-1.5e3}]", true), InlineData("true", "\"\\u00e9\"", true), InlineData("""{"type":"array"}""", "[]", true)]
    [InlineData("""{"type":"array","minItems":3}""", "[1,2,3,4]", true), InlineData("""{"type":"array","minItems":3}""", "[1,2]", false)]
    [InlineData("""{"type":"array","maxItems":0}""", "[]", true), InlineData("""{"type":"array","maxItems":0}""", "[1]", false)]
    [InlineData("""{"type":"integer"}""", "007", false), InlineData("""{"type":"object"}""", "{\"any\":[]}", true)]
    [InlineData("""{"properties":{"a":{},"b":{},"c":{}}}""", "{\"b\":1}", true), InlineData("""{"properties":{"a":{},"b":{},"c":{}}}""", "{}", true)]
    public void Each_keyword_of_the_subset_is_followed(string schema, string json, bool fits) => Assert.Equal(fits, Fits(JsonSchemaGrammar.Of(Parse(schema)), json));

    [Theory]
    [InlineData("""{"type":"string","pattern":"a"}""", "'pattern'"), InlineData("""{"$ref":"#"}""", "'$ref'"), InlineData("""{"properties":{"a":{"oneOf":[]}}}""", "'oneOf'")]
    [InlineData("""{"type":"number","minimum":1}""", "'minimum'"), InlineData("""{"type":"date"}""", "'type'"), InlineData("""{"enum":[]}""", "'enum'")]
    [InlineData("""{"type":"object","properties":{},"required":["a"]}""", "requires 'a'"), InlineData("7", "must be an object")]
    [InlineData("""{"type":"array","minItems":2,"maxItems":1}""", "'maxItems'"), InlineData("""{"type":"object","additionalProperties":{}}""", "'additionalProperties'")]
    public void What_is_not_supported_is_refused_by_name(string schema, string name) =>
        Assert.Contains(name, Assert.Throws<GrammarException>(() => JsonSchemaGrammar.Of(Parse(schema))).Message, StringComparison.Ordinal);

    [Fact]
    public void Json_mode_takes_objects_and_nothing_else()
    {
        Assert.True(Fits(JsonSchemaGrammar.AnyObject, """{"a": [1, -2.5e-3, {"b": null, "c": [true, false, "\"\\\u00e9 é"]}], "d": {}}"""));
        foreach (var wrong in new[] { "[]", "{", "{\"a\"}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\n\"}", "{} {}", "" }) Assert.False(Fits(JsonSchemaGrammar.AnyObject, wrong), wrong);
    }

    [Fact]
    public void Whatever_is_walked_at_random_through_json_mode_is_json() => Gen.Int[0, 1_000_000].Array[400].Sample(choices =>
    {
        const string Letters = "{}[]\",:0123456789.-+eE truefalsn\\/bu\n\té";
        var (state, text) = (GrammarState.Begin(Grammar.Parse(JsonSchemaGrammar.AnyObject)), new StringBuilder());
        foreach (var choice in choices)
        {
            if (state.IsFinished) break;
            var open = Letters.Select(letter => (letter, Next: state.After(Encoding.UTF8.GetBytes([letter]), new()))).Where(c => c.Next is not null).ToArray();
            var (taken, next) = open[choice % open.Length];
            (state, _) = (next!, text.Append(taken));
        }
        if (!state.MayEnd) return;
        using var document = Parsed(text.ToString());
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    }, iter: 300);

    private static JsonDocument Parsed(string text) => JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 512 });

    private static JsonElement Parse(string schema) => JsonDocument.Parse(schema).RootElement;

    private static bool Fits(string grammar, string json) =>
        GrammarState.Begin(Grammar.Parse(grammar)).After(Encoding.UTF8.GetBytes(json), new()) is { MayEnd: true };
}
