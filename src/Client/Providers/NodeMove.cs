using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Nodes;

namespace SwarmCompute.Client.Providers;

/// <summary>A provider's word that a node of its own takes no new leases, takes them again, or gives its leases away.</summary>
/// <param name="Node">The node.</param>
/// <param name="Status">Ready, Cordoned or Draining.</param>
/// <param name="Reason">Why, in one line of at most <see cref="NodeCommandText.ReasonCharsMax"/> characters.</param>
/// <param name="Until">Until when it counts, in seconds since 1970; at most <see cref="NodeCommandText.ValidMax"/> ahead.</param>
/// <param name="Signature">r‖s‖v over <see cref="NodeCommandText.Of"/>, 65 bytes.</param>
public sealed record NodeMove(NodeId Node, string Status, string Reason, long Until, ReadOnlyMemory<byte> Signature)
{
    private static readonly TimeSpan Valid = NodeCommandText.ValidMax / 5;

    /// <summary>Signs one that counts for a minute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="status">Ready, Cordoned or Draining.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="chain">The swarm's chain.</param>
    /// <param name="provider">The account that is paid for the node's leases.</param>
    /// <param name="now">The time.</param>
    public static NodeMove Sign(NodeId node, string status, string reason, ChainOptions chain, Account provider, DateTimeOffset now)
    {
        var until = (now + Valid).ToUnixTimeSeconds();
        return new(node, status, reason, until, SignedMessage.Sign(NodeCommandText.Of(chain.ChainId, chain.OrderBook, node, status, reason, until), provider));
    }

    internal byte[] ToJson() => Encoding.UTF8.GetBytes(
        new JsonObject { ["status"] = Status, ["reason"] = Reason, ["until"] = Until, ["signature"] = $"0x{Convert.ToHexStringLower(Signature.Span)}" }.ToJsonString());
}
