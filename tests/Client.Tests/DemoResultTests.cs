using System.Text.Json;
using SwarmCompute.Client.Demo;

namespace SwarmCompute.Client.Tests;

public sealed class DemoResultTests
{
    [Fact]
    public void The_object_has_the_promised_form()
    {
        var hash = Hash32.Parse(new string('a', 64));
        var result = new DemoResult
        {
            Order = new OrderId(7),
            ManifestHash = hash,
            Transactions = [hash],
            Stages = 3,
            Tokens = 2,
            Text = "a \"b\"\n",
            Killed = new KilledSilo("node-2", 12, 1, [1]),
            Gap = TimeSpan.FromMilliseconds(1234.5),
            EqualsUninterrupted = true,
            ReportHash = hash,
            ReportVerified = true,
            Evidence = "development",
            Deposited = new Wei(5),
            Paid = new Wei(3),
            Refunded = new Wei(2),
        };
        const string Expected = """
            {"order":7,"manifestHash":"HASH","transactions":["0xHASH"],"silos":3,"stages":3,"tokens":2,"text":"a \"b\"\n","killed":{"silo":"node-2","pid":12,"atToken":1},
            "gapMs":1234,"equalsUninterrupted":true,"report":{"hash":"HASH","verified":true,"evidence":"development"},"deposited":5,"paid":3,"refunded":2}
            """;
        Assert.DoesNotContain('\n', result.ToJson());
        using var expected = JsonDocument.Parse(Expected.Replace("HASH", hash.ToString(), StringComparison.Ordinal));
        using var actual = JsonDocument.Parse(result.ToJson());
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement));
    }

    [Theory]
    [InlineData(0, null, null, "--tokens is 0")]
    [InlineData(16, 3, null, "--kill-silo is 3")]
    [InlineData(16, null, 16, "--kill-at-token is 16")]
    [InlineData(16, 2, 15, null)]
    public void Options_out_of_range_are_named(int tokens, int? silo, int? at, string? said)
    {
        var fault = new DemoOptions { Tokens = tokens, KillSilo = silo, KillAtToken = at }.Fault();
        if (said is null) Assert.Null(fault);
        else Assert.StartsWith(said, fault, StringComparison.Ordinal);
    }
}
