using SwarmCompute.Chain;
using SwarmCompute.Chain.Nodes;
using SwarmCompute.Grains.Nodes;
using SwarmCompute.Grains.Tests.Cluster;

namespace SwarmCompute.Grains.Tests.Nodes;

public sealed class NodeCommandRulesTests : IDisposable
{
    private static readonly NodeId Node = new("node-1");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly Account _provider = AccountOf(1);

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void A_nodes_provider_may_move_it() => Assert.Null(Refusal(Signed()));

    [Fact]
    public void Another_account_may_not()
    {
        using var other = AccountOf(2);
        Assert.Contains($"the provider of node-1 is {_provider.Address}", Refusal(Signed(by: other)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_signed_cannot_be_changed()
    {
        Assert.NotNull(Refusal(Signed() with { To = NodeStatus.Ready }));
        Assert.NotNull(Refusal(Signed() with { Reason = "another" }));
        Assert.NotNull(Refusal(Signed() with { Until = Signed().Until + 1 }));
        Assert.NotNull(NodeCommandRules.Refusal(new NodeId("node-2"), Offer(), Signed(), GuestForge.Chain, Now));
    }

    [Theory]
    [InlineData(-1, "is over"), InlineData(301, "for too long")]
    public void A_command_counts_for_a_few_minutes(int seconds, string why) => Assert.Contains(why, Refusal(Signed(seconds: seconds)), StringComparison.Ordinal);

    [Theory]
    [InlineData(NodeStatus.Lost, "maintenance"), InlineData(NodeStatus.Left, "maintenance"), InlineData(NodeStatus.Draining, "two\nlines")]
    public void Only_what_an_operator_may_say_is_taken(NodeStatus to, string reason) => Assert.NotNull(Refusal(Signed(to, reason)));

    [Fact]
    public void A_node_that_is_not_known_moves_nowhere() =>
        Assert.Equal("The swarm knows of no node node-1.", NodeCommandRules.Refusal(Node, null, Signed(), GuestForge.Chain, Now));

    private static Account AccountOf(byte key) => Account.FromPrivateKey([.. new byte[31], key]);

    private string? Refusal(NodeCommand command) => NodeCommandRules.Refusal(Node, Offer(), command, GuestForge.Chain, Now);

    private NodeDescription Offer() => new(Node, 1, "127.0.0.1", _provider.Address, ["development"], default);

    private NodeCommand Signed(NodeStatus to = NodeStatus.Draining, string reason = "maintenance", int seconds = 60, Account? by = null)
    {
        var until = Now.ToUnixTimeSeconds() + seconds;
        var text = NodeCommandText.Of(GuestForge.Chain.ChainId, GuestForge.Chain.OrderBook, Node, to.ToString(), reason, until);
        return new NodeCommand(to, reason, until, SignedMessage.Sign(text, by ?? _provider));
    }
}
