using System.Buffers;
using MessagePack;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>Reads a frame: arrays of fields, in order. Fields that a later version added at an array's end are left out.</summary>
internal ref struct WireReader(ReadOnlyMemory<byte> frame)
{
    private MessagePackReader _reader = new(frame);
    private int _left;

    /// <summary>Whether nothing is left of the frame.</summary>
    public readonly bool AtEnd => _reader.End;

    /// <summary>The number of the message in its union.</summary>
    public int Number() =>
        _reader.ReadArrayHeader() == 2 ? _reader.ReadInt32() : throw new MessagePackSerializationException("It is not a union.");

    /// <summary>Whether the array has another field: an earlier version's may end before.</summary>
    public readonly bool HasMore => _left > 0;

    public void Begin() => _left = _reader.ReadArrayHeader();

    public void End()
    {
        for (; _left > 0; _left--) _reader.Skip();
    }

    public long Long()
    {
        Take();
        return _reader.ReadInt64();
    }

    public int Int()
    {
        Take();
        return _reader.ReadInt32();
    }

    public int? IntOrNull()
    {
        Take();
        return _reader.TryReadNil() ? null : _reader.ReadInt32();
    }

    public bool Flag()
    {
        Take();
        return _reader.ReadBoolean();
    }

    public uint UInt()
    {
        Take();
        return _reader.ReadUInt32();
    }

    public byte[]? Bytes()
    {
        Take();
        return _reader.ReadBytes() is { } bytes ? bytes.ToArray() : null;
    }

    public string? Text()
    {
        Take();
        return _reader.ReadString();
    }

    public int[]? Ints()
    {
        Take();
        if (_reader.TryReadNil()) return null;
        var ints = new int[_reader.ReadArrayHeader()];                       // the reader has seen that there are as many bytes
        for (var i = 0; i < ints.Length; i++) ints[i] = _reader.ReadInt32();
        return ints;
    }

    public StagePeerWire[]? Stages()
    {
        Take();
        if (_reader.TryReadNil()) return null;
        var left = _left;
        var stages = new StagePeerWire[_reader.ReadArrayHeader()];
        for (var i = 0; i < stages.Length; i++)
        {
            Begin();
            stages[i] = new StagePeerWire { Slot = Int(), Epoch = UInt(), OverlayEndpoint = Text()!, CertificateDer = Bytes()! };
            End();
        }
        _left = left;
        return stages;
    }

    private void Take()
    {
        if (_left-- <= 0) throw new MessagePackSerializationException("A field is missing.");
    }
}
