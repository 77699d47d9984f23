using System.Globalization;
using System.Text;

namespace SwarmCompute.Chain.Nodes;

/// <summary>What a provider signs, as <see cref="SignedMessage"/>, to move a node of its own. One form for both sides.</summary>
public static class NodeCommandText
{
    /// <summary>How far ahead a command's end may lie: for so long whoever has seen it may give it again.</summary>
    public static readonly TimeSpan ValidMax = TimeSpan.FromMinutes(5);

    /// <summary>The most characters of a reason.</summary>
    public const int ReasonCharsMax = 200;

    /// <summary>The text that is signed.</summary>
    /// <param name="chainId">The chain (EIP-155).</param>
    /// <param name="orderBook">The order book contract, which names the swarm.</param>
    /// <param name="node">The node.</param>
    /// <param name="status">Ready, Cordoned or Draining.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="until">Until when the command counts, in seconds since 1970.</param>
    public static byte[] Of(ulong chainId, Address orderBook, NodeId node, string status, string reason, long until) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"SwarmCompute node\nchain {chainId}\norderBook {orderBook}\nnode {node}\nstatus {status}\nuntil {until}\nreason {reason}"));
}
