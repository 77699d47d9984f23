namespace SwarmCompute.Inference;

/// <summary>How an attempt at a link ended.</summary>
/// <param name="WasUp">Whether the link stood before.</param>
/// <param name="IsRefusal">Whether the peer turned this stage away: then it is this stage that is out of date.</param>
/// <param name="Reason">One line.</param>
internal sealed record LinkEnd(bool WasUp, bool IsRefusal, string Reason);
