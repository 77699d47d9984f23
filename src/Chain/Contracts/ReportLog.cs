using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The ReportLog contract: the hashes of integrity reports, chained for each order.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">Who sends reports; null where chains are only read.</param>
public sealed class ReportLog(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>Adds a report of a slot's current lease, as its key signed (<see cref="OrderDigest.Post"/>). Anyone may send it, once.</summary>
    /// <exception cref="ChainException">The contract or the endpoint refused.</exception>
    public Task<Hash32> Post(LeaseId lease, LeaseEpoch epoch, Hash32 reportHash, P256Point key, P256Signature signature, CancellationToken cancel) =>
        _contract.Transact(ReportLogAbi.EncodePost(
            lease.Order.Value, (byte)lease.Slot, epoch.Value, reportHash, new ReportLogAbi.KeySignature(key.X, key.Y, signature.R, signature.S)), cancel);

    /// <summary>The end of an order's chain and how many reports are in it, as of the newest block; all zeros and 0 for none.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<(Hash32 Head, uint Count)> Head(OrderId order, CancellationToken cancel)
    {
        var head = await _contract.Ask<ReportLogAbi.HeadResult>(ReportLogAbi.EncodeHead(order.Value), ReportLogAbi.TryDecodeHead, cancel).ConfigureAwait(false);
        return (head.Hash, head.Count);
    }

    /// <summary>The head of a chain after one more report: the Keccak-256 of its words.</summary>
    public static Hash32 Next(Hash32 head, int slot, LeaseEpoch epoch, Hash32 reportHash, Hash32 keyHash) =>
        Keccak256.Hash(AbiWriter.Arguments().Add(head).Add((UInt128)slot).Add(epoch.Value).Add(reportHash).Add(keyHash).ToArray());
}
