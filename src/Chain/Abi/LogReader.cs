using System.Buffers;
using System.Text.Json;

namespace SwarmCompute.Chain.Abi;

/// <summary>
/// Reads logs from the raw UTF-8 of a JSON array of them (the result of eth_getLogs, the logs of a receipt), or of one log alone, one after the
/// other and without allocating for each. What repeats from log to log, such as the block's hash, is decoded once.
/// Form: Ethereum's JSON-RPC specification, schema "Log".
/// </summary>
internal ref struct LogReader
{
    /// <summary>The most topics that a log has.</summary>
    public const int TopicsMax = 4;

    /// <summary>The most bytes of data that are read of a log; our contracts' events have far less.</summary>
    public const int DataBytesMax = 4096;

    private const int DepthMax = 8;
    private const Seen All = Seen.Address | Seen.Topics | Seen.Data | Seen.Block | Seen.BlockHash | Seen.Index | Seen.Transaction;

    private readonly byte[] _data = new byte[DataBytesMax];
    private readonly byte[] _topics = new byte[TopicsMax * WordReader.Size];
    private readonly int _countMax;
    private Utf8JsonReader _json;
    private ReadOnlySpan<byte> _contractText, _blockText, _blockHashText, _transactionText;
    private Address _contract;
    private ulong _block;
    private Hash32 _blockHash, _transaction;
    private uint _index;
    private bool _removed, _begun, _ended, _single;
    private int _dataLength, _topicsLength;

    /// <summary>Begins.</summary>
    /// <param name="json">The array, or one log.</param>
    /// <param name="countMax">The most logs to accept.</param>
    public LogReader(ReadOnlySpan<byte> json, int countMax)
    {
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
        _countMax = countMax;
    }

    /// <summary>How many logs were read.</summary>
    public int Count { get; private set; }

    /// <summary>Where the log stands that was read last.</summary>
    public readonly LogPlace Place => new(_contract, _block, _blockHash, _index, _transaction, _removed);

    /// <summary>What it says; good until the next one is read.</summary>
    public readonly LogWords Words => new(_topics.AsSpan(0, _topicsLength), _data.AsSpan(0, _dataLength));

    /// <summary>Reads the next log; false behind the last one.</summary>
    /// <exception cref="ChainException">Something other than logs, a log out of bounds, or too many of them (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    public bool Next()
    {
        try
        {
            if (!_begun) Begin();
            if (_ended || !Enter()) return false;
            if (++Count > _countMax) throw Malformed($"there are more than {_countMax}");
            ReadLog();
            return true;
        }
        catch (JsonException e)
        {
            throw new ChainException(ChainErrorKind.Inconsistent, "The endpoint gave logs that are not JSON.", e);
        }
    }

    private void Begin()
    {
        _begun = true;
        _json.Read();
        _single = _json.TokenType == JsonTokenType.StartObject;
        if (!_single && _json.TokenType != JsonTokenType.StartArray) throw Malformed("they are not a list");
    }

    /// <summary>Goes to the beginning of the next log; false where there is none.</summary>
    private bool Enter()
    {
        if (_single)
        {
            if (Count == 0) return true;
        }
        else
        {
            _json.Read();
            if (_json.TokenType == JsonTokenType.StartObject) return true;
            if (_json.TokenType != JsonTokenType.EndArray) throw Malformed("one is not an object");
        }
        _ended = true;
        _json.Read();                                            // refuses whatever follows
        return false;
    }

    private void ReadLog()
    {
        var seen = Seen.Nothing;
        _removed = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = Field(_json.ValueSpan);
            if (field != Seen.Nothing && (seen & field) != 0) throw Malformed("one names a member twice");
            seen |= field;
            _json.Read();
            ReadField(field);
        }
        if ((seen & All) != All) throw Malformed($"one lacks {All & ~seen}");
    }

    private void ReadField(Seen field)
    {
        switch (field)
        {
            case Seen.Address:
                if (Changed(ref _contractText)) _contract = Address();
                break;
            case Seen.Topics:
                ReadTopics();
                break;
            case Seen.Data:
                _dataLength = Hex(_data, "data");
                break;
            case Seen.Block:
                if (Changed(ref _blockText)) _block = Quantity(ulong.MaxValue);
                break;
            case Seen.BlockHash:
                if (Changed(ref _blockHashText)) _blockHash = Hash();
                break;
            case Seen.Transaction:
                if (Changed(ref _transactionText)) _transaction = Hash();
                break;
            case Seen.Index:
                _index = (uint)Quantity(uint.MaxValue);
                break;
            case Seen.Removed:
                _removed = _json.TokenType == JsonTokenType.True;
                break;
            default:
                _json.Skip();
                break;
        }
    }

    private static Seen Field(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when name.SequenceEqual("data"u8) => Seen.Data,
        6 when name.SequenceEqual("topics"u8) => Seen.Topics,
        7 when name.SequenceEqual("address"u8) => Seen.Address,
        7 when name.SequenceEqual("removed"u8) => Seen.Removed,
        8 when name.SequenceEqual("logIndex"u8) => Seen.Index,
        9 when name.SequenceEqual("blockHash"u8) => Seen.BlockHash,
        11 when name.SequenceEqual("blockNumber"u8) => Seen.Block,
        15 when name.SequenceEqual("transactionHash"u8) => Seen.Transaction,
        _ => Seen.Nothing,
    };

    private void ReadTopics()
    {
        if (_json.TokenType != JsonTokenType.StartArray) throw Malformed("topics are not a list");
        _topicsLength = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_topicsLength == _topics.Length) throw Malformed($"one has more than {TopicsMax} topics");
            if (Hex(_topics.AsSpan(_topicsLength, WordReader.Size), "a topic") != WordReader.Size) throw Malformed("a topic is not 32 bytes");
            _topicsLength += WordReader.Size;
        }
    }

    /// <summary>Whether the text differs from the one that was decoded last in its place.</summary>
    private readonly bool Changed(ref ReadOnlySpan<byte> last)
    {
        if (_json.TokenType == JsonTokenType.String && !last.IsEmpty && _json.ValueSpan.SequenceEqual(last)) return false;
        last = _json.ValueSpan;
        return true;
    }

    private readonly Address Address()
    {
        Span<byte> bytes = stackalloc byte[SwarmCompute.Address.Size];
        return Hex(bytes, "an address") == bytes.Length ? new Address(bytes) : throw Malformed("an address is not 20 bytes");
    }

    private readonly Hash32 Hash()
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return Hex(bytes, "a hash") == bytes.Length ? new Hash32(bytes) : throw Malformed("a hash is not 32 bytes");
    }

    private readonly int Hex(Span<byte> destination, string what)
    {
        var digits = Digits(what);
        if (digits.Length > 2 * destination.Length) throw Malformed($"{what} has {digits.Length / 2} bytes, more than {destination.Length}");
        return Convert.FromHexString(digits, destination, out _, out var written) == OperationStatus.Done ? written : throw Malformed($"{what} is not hexadecimal");
    }

    private readonly ulong Quantity(ulong max)
    {
        var digits = Digits("a quantity");
        if (digits.Length is 0 or > 16) throw Malformed("a quantity is not one of 64 bits");
        var value = 0UL;
        foreach (var digit in digits) value = (value << 4) | (uint)Digit(digit);
        return value <= max ? value : throw Malformed($"{value} is more than {max}");
    }

    private static int Digit(byte digit) => (char)digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => throw Malformed("a quantity is not hexadecimal"),
    };

    private readonly ReadOnlySpan<byte> Digits(string what)
    {
        if (_json.TokenType != JsonTokenType.String || !_json.ValueSpan.StartsWith("0x"u8)) throw Malformed($"{what} is not hexadecimal");
        return _json.ValueSpan[2..];
    }

    private static ChainException Malformed(string why) => new(ChainErrorKind.Inconsistent, $"The endpoint gave logs that cannot be: {why}.");

    [Flags]
    private enum Seen
    {
        Nothing = 0,
        Address = 1,
        Topics = 2,
        Data = 4,
        Block = 8,
        BlockHash = 16,
        Index = 32,
        Transaction = 64,
        Removed = 128,
    }
}
