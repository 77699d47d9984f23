using System.Text;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Web;

namespace SwarmCompute.Silo.Tests;

public sealed class NodeEndpointTests
{
    private static readonly string Signature = $"0x{new string('a', 130)}";

    [Fact]
    public void A_command_is_read_as_it_was_written()
    {
        var command = NodeEndpoint.Read(Body("\"Draining\"", "\"maintenance\"", "1800000000", $"\"{Signature}\""));
        Assert.Equal((NodeStatus.Draining, "maintenance", 1_800_000_000L, 65), (command!.To, command.Reason, command.Until, command.Signature.Length));
    }

    [Theory]
    [InlineData("\"Asleep\"", "\"\"", "1"), InlineData("\"99\"", "\"\"", "1"), InlineData("7", "\"\"", "1"), InlineData("\"Ready\"", "null", "1"),
        InlineData("\"Ready\"", "\"\"", "1.5"), InlineData("\"Ready\"", "\"\"", "\"soon\""), InlineData("\"Ready\"", "{}", "1")]
    public void A_member_of_another_kind_is_refused(string status, string reason, string until) =>
        Assert.Null(NodeEndpoint.Read(Body(status, reason, until, $"\"{Signature}\"")));

    [Theory]
    [InlineData("\"0xaa\""), InlineData("\"\""), InlineData("null"), InlineData("5")]
    public void What_is_no_signature_is_refused(string signature) => Assert.Null(NodeEndpoint.Read(Body("\"Ready\"", "\"\"", "1", signature)));

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{}"), InlineData("{\"status\":\"Ready\",\"reason\":\"\",\"until\":1,\"signature\":\"0x\",\"more\":1}")]
    public void What_is_no_command_is_refused(string body) => Assert.Null(NodeEndpoint.Read(Encoding.UTF8.GetBytes(body)));

    private static byte[] Body(string status, string reason, string until, string signature) =>
        Encoding.UTF8.GetBytes($"{{\"status\":{status},\"reason\":{reason},\"until\":{until},\"signature\":{signature}}}");
}
