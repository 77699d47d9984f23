namespace SwarmCompute.Client.Orders;

/// <summary>The head of an order's pipeline: the stage that tokenizes, samples and serves clients.</summary>
/// <param name="Endpoint">Its HTTPS address.</param>
/// <param name="Epoch">The epoch of its lease; a later head has a higher one.</param>
/// <param name="Ready">Whether the whole pipeline behind it stands.</param>
public sealed record Head(Uri Endpoint, LeaseEpoch Epoch, bool Ready);
