namespace SwarmCompute.Grains.Orders;

/// <summary>A lease that must be taken for lost, and why.</summary>
internal sealed record LeaseLoss(LeaseId Lease, LeaseEpoch Epoch, string Reason);
