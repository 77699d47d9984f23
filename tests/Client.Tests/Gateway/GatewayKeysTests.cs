using System.Net;
using System.Text;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

public sealed class GatewayKeysTests
{
    private const string Key = "sk-0123456789abcdef", Other = "sk-fedcba9876543210";

    [Fact]
    public void The_keys_of_the_file_are_taken_and_nothing_else()
    {
        var keys = GatewayKeys.Parse(Encoding.UTF8.GetBytes($"\n{Key}\r\n  {Other}\n"));
        Assert.True(keys.Accept($"Bearer {Key}"));
        Assert.True(keys.Accept($"bearer {Other}"));
        Assert.All([null, "", "Bearer ", $"Basic {Key}", Key, $"Bearer {Key}x", $"Bearer {Key[..^1]}"], header => Assert.False(keys.Accept(header)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n \n")]
    [InlineData("tooshort")]
    [InlineData("a key with many spaces")]
    public void A_file_without_usable_keys_is_refused_and_no_key_is_told(string text)
    {
        var error = Assert.Throws<FormatException>(() => GatewayKeys.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.True(text.Trim().Length == 0 || !error.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_keys_only_this_machine_is_listened_to()
    {
        var everywhere = new GatewayOptions { Listen = new IPEndPoint(IPAddress.Any, 8080) };
        Assert.Contains("--api-key-file", everywhere.Fault(), StringComparison.Ordinal);
        Assert.Null((everywhere with { Keys = GatewayKeys.Parse(Encoding.UTF8.GetBytes(Key)) }).Fault());
        Assert.Null(new GatewayOptions { Listen = new IPEndPoint(IPAddress.IPv6Loopback, 0) }.Fault());
    }
}
