using SwarmCompute.Chain;
using SwarmCompute.Chain.Nodes;

namespace SwarmCompute.Grains.Nodes;

/// <summary>Judges who may move a node: the provider that is paid for it. Pure.</summary>
internal static class NodeCommandRules
{
    /// <summary>Why the command is not obeyed; null where it is.</summary>
    public static string? Refusal(NodeId node, NodeDescription? offer, NodeCommand command, ChainOptions chain, DateTimeOffset now)
    {
        if (offer is null) return $"The swarm knows of no node {node}.";
        if (command.To is not (NodeStatus.Ready or NodeStatus.Cordoned or NodeStatus.Draining)) return $"A node cannot be made {command.To}; give Ready, Cordoned or Draining.";
        if (command.Reason.Length > NodeCommandText.ReasonCharsMax || command.Reason.Any(char.IsControl)) return $"The reason is refused: give one line of at most {NodeCommandText.ReasonCharsMax} characters.";
        var seconds = command.Until - now.ToUnixTimeSeconds();
        if (seconds < 0) return "The command is over; sign it anew.";
        if (seconds > (long)NodeCommandText.ValidMax.TotalSeconds) return $"The command counts for too long; let it end within {NodeCommandText.ValidMax.TotalMinutes} minutes.";
        var text = NodeCommandText.Of(chain.ChainId, chain.OrderBook, node, command.To.ToString(), command.Reason, command.Until);
        if (SignedMessage.Signer(text, command.Signature) is not { } signer) return $"The signature is none; give r, s and v in {SignedMessage.SignatureSize} bytes.";
        return signer == offer.Provider ? null : $"The command is signed by {signer}, and the provider of {node} is {offer.Provider}.";
    }
}
