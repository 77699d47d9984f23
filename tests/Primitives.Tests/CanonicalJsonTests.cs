using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace SwarmCompute.Primitives.Tests;

public sealed class CanonicalJsonTests
{
    private static readonly Gen<JsonNode?> Scalar = Gen.OneOf<JsonNode?>(
        Gen.String.Where(IsText).Select(s => (JsonNode?)s),
        Gen.Long[-CanonicalJson.IntegerMax, CanonicalJson.IntegerMax].Select(n => (JsonNode?)n),
        Gen.Bool.Select(b => (JsonNode?)b),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonObject> AnObject = Gen.Dictionary(Gen.String[0, 8].Where(IsText), Scalar)[0, 8].Select(d => new JsonObject(d!));

    [Fact]
    public void What_is_written_reads_back_and_writes_the_same() => AnObject.Sample(value =>
    {
        var bytes = CanonicalJson.Serialize(value);
        Assert.Equal(bytes, CanonicalJson.Serialize(CanonicalJson.ParseObject(bytes, int.MaxValue)));
    });

    [Fact]
    public void Members_are_in_the_order_of_their_UTF16_units() =>
        // RFC 8785, section 3.2.3: the sorted names of its example.
        Assert.Equal("{\"\\r\":1,\"1\":1,\"\u0080\":1,\"\u00f6\":1,\"\u20ac\":1,\"\ud83d\ude00\":1,\"\ufb33\":1}",
            Canonical("{\"\u20ac\":1,\"\\r\":1,\"\ufb33\":1,\"1\":1,\"\ud83d\ude00\":1,\"\u0080\":1,\"\u00f6\":1}"));

    [Fact]
    public void Strings_carry_only_the_escapes_that_they_need() =>
        // RFC 8785, section 3.2.2.2.
        Assert.Equal("{\"s\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}", Canonical("{\"s\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}"));

    [Theory]
    [InlineData("{\"a\":1.5}")]
    [InlineData("{\"a\":9007199254740992}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("[1]")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}")]
    public void What_has_no_one_form_is_refused(string text) =>
        Assert.Throws<FormatException>(() => CanonicalJson.ParseObject(Encoding.UTF8.GetBytes(text), 1024));

    [Fact]
    public void A_text_over_its_bound_is_refused() =>
        Assert.Throws<FormatException>(() => CanonicalJson.ParseObject(Encoding.UTF8.GetBytes("{\"a\":\"bcd\"}"), 10));

    [Fact]
    public void Random_bytes_are_read_or_refused() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        try { CanonicalJson.ParseObject(bytes, 1024); }
        catch (FormatException) { }
    });

    private static string Canonical(string text) =>
        Encoding.UTF8.GetString(CanonicalJson.Serialize(CanonicalJson.ParseObject(Encoding.UTF8.GetBytes(text), 1024)));

    private static bool IsText(string s) => s.EnumerateRunes().All(r => r != Rune.ReplacementChar);
}
