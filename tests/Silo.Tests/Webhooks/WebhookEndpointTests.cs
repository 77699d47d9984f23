using System.Text;
using SwarmCompute.Silo.Webhooks;

namespace SwarmCompute.Silo.Tests.Webhooks;

public sealed class WebhookEndpointTests
{
    private static readonly string Signature = "0x" + new string('a', 130);

    [Fact]
    public void A_registration_is_an_address_and_a_signature()
    {
        Assert.True(WebhookEndpoint.TryRead(Json($$"""{"url":"https://customer.example/","signature":"{{Signature}}"}"""), out var url, out var signature));
        Assert.Equal(("https://customer.example/", 65), (url, signature.Length));
        Assert.True(WebhookEndpoint.TryRead(Json($$"""{"url":"","signature":"{{Signature}}"}"""), out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"url":"https://a.example/"}""")]
    [InlineData("""{"url":7,"signature":"SIGNATURE"}""")]
    [InlineData("""{"url":null,"signature":"SIGNATURE"}""")]
    [InlineData("""{"url":"","signature":"0x00"}""")]
    [InlineData("""{"url":"","signature":"SIGNATURE00"}""")]
    [InlineData("""{"url":"","signature":"SIGNATURE","more":1}""")]
    [InlineData("""{"url":{"a":{"b":1}},"signature":"SIGNATURE"}""")]
    [InlineData("""{"url":"","signature":"SIGNATURE"} x""")]
    public void Anything_else_is_none(string text) =>
        Assert.False(WebhookEndpoint.TryRead(Json(text.Replace("SIGNATURE", Signature, StringComparison.Ordinal)), out _, out _));

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
