using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>One contract and who calls it: asks, sends and waits, and finds what an event of its transaction says.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">Where the contract is.</param>
/// <param name="send">Sends a call to an address and waits until it is mined; null where only views are asked.</param>
internal sealed class Contract(ChainClient client, Address address, Contract.Sending? send)
{
    /// <summary>A contract that an account calls with a sender that ends with the process.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="address">Where the contract is.</param>
    /// <param name="signer">Who sends transactions; null where only views are asked.</param>
    public Contract(ChainClient client, Address address, Account? signer) : this(client, address, signer is null ? null : Send(new TransactionSender(client, signer)))
    {
    }

    /// <summary>Sends a call and waits until it is mined.</summary>
    public delegate Task<TransactionReceipt> Sending(Address contract, ReadOnlyMemory<byte> call, CancellationToken cancel);

    /// <summary>Reads the result of a view.</summary>
    public delegate bool Decoder<T>(ReadOnlySpan<byte> result, out T value);

    /// <summary>Reads an event from a log; false for another log.</summary>
    public delegate bool EventReader<T>(in LogWords log, out T value);

    /// <summary>Where the contract is.</summary>
    public Address Address => address;

    /// <summary>The chain.</summary>
    public ChainClient Client => client;

    /// <summary>Asks a view, as of a block: a quantity or a tag.</summary>
    public Task<byte[]> Ask(byte[] call, string block, CancellationToken cancel) => client.Ask(address, call, block, cancel);

    /// <summary>Asks a view as of the newest block, and reads its answer.</summary>
    /// <exception cref="ChainException">No answer, or one that the contract cannot give (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    public async Task<T> Ask<T>(byte[] call, Decoder<T> decode, CancellationToken cancel) =>
        decode(await Ask(call, "latest", cancel).ConfigureAwait(false), out var value) ? value : throw Malformed();

    /// <summary>Sends a transaction and waits until it is mined.</summary>
    public Task<TransactionReceipt> Send(byte[] call, CancellationToken cancel) => send is not null
        ? send(address, call, cancel)
        : throw new InvalidOperationException("This contract is only read; give it an account to send with.");

    /// <summary>Sends a transaction, waits until it is mined and gives its hash.</summary>
    public async Task<Hash32> Transact(byte[] call, CancellationToken cancel) => (await Send(call, cancel).ConfigureAwait(false)).Transaction;

    /// <summary>The contract's events of one kind in a transaction.</summary>
    public IEnumerable<T> Events<T>(TransactionReceipt receipt, EventReader<T> read)
    {
        foreach (var log in receipt.Logs)
        {
            if (TryRead(log, read, out var value)) yield return value;
        }
    }

    /// <summary>The contract's one event of a kind, which the transaction must have.</summary>
    /// <exception cref="ChainException">It has none.</exception>
    public T Event<T>(TransactionReceipt receipt, EventReader<T> read)
    {
        foreach (var happened in Events(receipt, read)) return happened;
        throw new ChainException(ChainErrorKind.Inconsistent, $"Transaction {receipt.Transaction} did not do what it was sent for.");
    }

    /// <summary>A failure for an answer that the contract cannot give.</summary>
    public ChainException Malformed() =>
        new(ChainErrorKind.Inconsistent, $"The contract at {address} gave what it cannot have. Is the configured contract ours?");

    private static Sending Send(TransactionSender sender) => (contract, call, cancel) => sender.Send(contract, call, cancel);

    private bool TryRead<T>(System.Text.Json.JsonElement log, EventReader<T> read, out T value)
    {
        var reader = new LogReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(log), countMax: 1);
        value = default!;
        return reader.Next() && reader.Place.Contract == address && read(reader.Words, out value);
    }
}
