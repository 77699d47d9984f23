namespace SwarmCompute.Attestation;

/// <summary>One guest that took part in a run.</summary>
/// <param name="Slot">The slot of the order.</param>
/// <param name="Epoch">The epoch of its lease.</param>
/// <param name="Provider">The account that is paid for it.</param>
/// <param name="LayerFirst">Its first layer, from 0.</param>
/// <param name="LayerLast">Its last layer, itself included.</param>
/// <param name="KeyHash">SHA-256 of x‖y of its key.</param>
/// <param name="From">When the head first knew it.</param>
/// <param name="Until">When another took its place; null where none did.</param>
public sealed record ReportStage(
    int Slot, LeaseEpoch Epoch, Address Provider, int LayerFirst, int LayerLast, Hash32 KeyHash, DateTimeOffset From, DateTimeOffset? Until);
