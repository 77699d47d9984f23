namespace SwarmCompute.Grains.Interfaces;

/// <summary>Something that must come true on the chain. Durable before it is sent; done once the finalized chain shows it.</summary>
[GenerateSerializer, Immutable, Alias("swarm.SettlementIntent")]
public abstract record SettlementIntent
{
    private SettlementIntent() { }

    /// <summary>Names the intent inside its order; the same key is the same intent.</summary>
    public abstract string Key { get; }

    /// <summary>The contract should know a slot's lease.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.SettlementIntent.AssignLease")]
    public sealed record AssignLease : SettlementIntent
    {
        /// <summary>The slot.</summary>
        [Id(0)] public required LeaseId Lease { get; init; }
        /// <summary>The epoch.</summary>
        [Id(1)] public required LeaseEpoch Epoch { get; init; }
        /// <summary>The compute offer that the lease is taken from; its owner is paid.</summary>
        [Id(2)] public required OfferId Offer { get; init; }
        /// <summary>X of the lease's key.</summary>
        [Id(3)] public required Hash32 KeyX { get; init; }
        /// <summary>Y of the lease's key.</summary>
        [Id(4)] public required Hash32 KeyY { get; init; }
        /// <summary>X of the authority's key.</summary>
        [Id(5)] public required Hash32 AuthorityX { get; init; }
        /// <summary>Y of the authority's key.</summary>
        [Id(6)] public required Hash32 AuthorityY { get; init; }
        /// <summary>The authority's signature: r then s, 64 bytes.</summary>
        [Id(7)] public required byte[] Signature { get; init; }
        /// <summary>What the authority says was measured.</summary>
        [Id(8)] public required Hash32 Measurement { get; init; }

        /// <inheritdoc/>
        public override string Key => KeyOf(Lease.Slot, Epoch);

        /// <summary>The key of the intent for a slot and an epoch.</summary>
        public static string KeyOf(int slot, LeaseEpoch epoch) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"lease {slot} epoch {epoch}");
    }

    /// <summary>The contract should know what a head has served.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.SettlementIntent.Checkpoint")]
    public sealed record Checkpoint : SettlementIntent
    {
        /// <summary>What the head signed.</summary>
        [Id(0)] public required SignedUsage Usage { get; init; }

        /// <inheritdoc/>
        public override string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"usage epoch {Usage.Epoch} units {Usage.Units}");
    }

    /// <summary>The contract should know the head's report.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.SettlementIntent.SubmitReport")]
    public sealed record SubmitReport : SettlementIntent
    {
        /// <summary>The head's epoch.</summary>
        [Id(0)] public required LeaseEpoch Epoch { get; init; }
        /// <summary>The report's hash.</summary>
        [Id(1)] public required Hash32 ReportHash { get; init; }
        /// <summary>Units used.</summary>
        [Id(2)] public required ulong Units { get; init; }
        /// <summary>X of the head's key.</summary>
        [Id(3)] public required Hash32 KeyX { get; init; }
        /// <summary>Y of the head's key.</summary>
        [Id(4)] public required Hash32 KeyY { get; init; }
        /// <summary>The head's signature: r then s, 64 bytes.</summary>
        [Id(5)] public required byte[] Signature { get; init; }

        /// <inheritdoc/>
        public override string Key => KeyName;

        /// <summary>The key: an order has one report.</summary>
        public const string KeyName = "report";
    }

    /// <summary>The order is past its end without a report: what was counted should be paid, and the stakes freed.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.SettlementIntent.Expire")]
    public sealed record Expire : SettlementIntent
    {
        /// <inheritdoc/>
        public override string Key => KeyName;

        /// <summary>The key: an order expires once.</summary>
        public const string KeyName = "expire";
    }

    /// <summary>The deposit should be divided.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.SettlementIntent.Settle")]
    public sealed record Settle : SettlementIntent
    {
        /// <inheritdoc/>
        public override string Key => KeyName;

        /// <summary>The key: an order is settled once.</summary>
        public const string KeyName = "settle";
    }
}
