using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>What a guest's evidence binds beside its key: the lease that the guest is to hold, on which terms, and for which manifest.</summary>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Lease">The order's slot.</param>
/// <param name="Epoch">The lease's fencing number.</param>
/// <param name="Offer">The compute offer that the lease is taken from.</param>
/// <param name="Provider">The account that is paid for the lease.</param>
/// <param name="ManifestHash">The manifest that is to run.</param>
public sealed record LeaseContext(ulong ChainId, Address OrderBook, LeaseId Lease, LeaseEpoch Epoch, OfferId Offer, Address Provider, Hash32 ManifestHash)
{
    private const string Tag = "SwarmCompute.LeaseContext.v1";
    private const int Words = 9, WordSize = 32;

    /// <summary>abi.encode of a tag and the members in their order, one word each (Contract ABI Specification).</summary>
    public byte[] ToBytes() => new AbiWords(Words).Tag(Tag).Number(ChainId).Account(OrderBook).Number(Lease.Order.Value).Number((ulong)Lease.Slot)
        .Number(Epoch.Value).Number(Offer.Value).Account(Provider).Hash(ManifestHash).ToBytes();

    /// <summary>Reads the bytes; null where they are not exactly what <see cref="ToBytes"/> writes.</summary>
    public static LeaseContext? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Words * WordSize) return null;
        var (slot, epoch) = (Number(bytes, 4), Number(bytes, 5));
        if (slot >= LeaseId.SlotsMax || epoch is 0 or > uint.MaxValue) return null;
        var context = new LeaseContext(
            Number(bytes, 1), Account(bytes, 2), new LeaseId(new OrderId(Number(bytes, 3)), (int)slot), new LeaseEpoch((uint)epoch), new OfferId(Number(bytes, 6)),
            Account(bytes, 7), new Hash32(bytes[(8 * WordSize)..]));
        return context.ToBytes().AsSpan().SequenceEqual(bytes) ? context : null;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int word) => BinaryPrimitives.ReadUInt64BigEndian(bytes[(word * WordSize + 24)..]);

    private static Address Account(ReadOnlySpan<byte> bytes, int word) => new(bytes.Slice(word * WordSize + 12, Address.Size));
}
