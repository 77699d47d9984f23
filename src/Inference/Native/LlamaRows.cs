using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>The rows of one batch and the room for what comes of them, in native memory that is made once.</summary>
internal sealed unsafe class LlamaRows : IDisposable
{
    private readonly int _rowsMax, _embeddingLength;
    private readonly float* _states;
    private readonly int* _positions, _counts, _sequences;
    private readonly int** _sequencesAt;
    private readonly sbyte* _outputs;

    public LlamaRows(int rowsMax, int embeddingLength)
    {
        (_rowsMax, _embeddingLength) = (rowsMax, embeddingLength);
        _states = (float*)NativeMemory.AllocZeroed((nuint)rowsMax * (nuint)embeddingLength, sizeof(float));
        Results = (float*)NativeMemory.AllocZeroed((nuint)rowsMax * (nuint)embeddingLength, sizeof(float));
        _positions = (int*)NativeMemory.AllocZeroed((nuint)rowsMax, sizeof(int));
        _counts = (int*)NativeMemory.AllocZeroed((nuint)rowsMax, sizeof(int));
        _sequences = (int*)NativeMemory.AllocZeroed((nuint)rowsMax, sizeof(int));
        _sequencesAt = (int**)NativeMemory.AllocZeroed((nuint)rowsMax, (nuint)sizeof(int*));
        _outputs = (sbyte*)NativeMemory.AllocZeroed((nuint)rowsMax, sizeof(sbyte));
        for (var row = 0; row < rowsMax; row++)
        {
            _counts[row] = 1;
            _sequencesAt[row] = _sequences + row;
        }
    }

    /// <summary>Where the results belong, row after row.</summary>
    public float* Results { get; }

    public int Count { get; private set; }

    /// <summary>Rows that are asked for an output.</summary>
    public int Outputs { get; private set; }

    /// <summary>The sequence of each row.</summary>
    public ReadOnlySpan<int> Sequences => new(_sequences, Count);

    public void Clear() => (Count, Outputs) = (0, 0);

    /// <summary>Adds a row; without states it is zeros.</summary>
    public void Add(int sequence, int position, ReadOnlySpan<byte> states, bool isOutput)
    {
        if (Count == _rowsMax) throw new InvalidOperationException($"A batch has {_rowsMax} rows at most.");
        var row = new Span<byte>(_states + (nint)Count * _embeddingLength, _embeddingLength * sizeof(float));
        if (states.IsEmpty) row.Clear();
        else states.CopyTo(row);
        (_sequences[Count], _positions[Count], _outputs[Count]) = (sequence, position, isOutput ? (sbyte)1 : (sbyte)0);
        Count++;
        if (isOutput) Outputs++;
    }

    /// <summary>Asks one more row for an output.</summary>
    public void AddOutput()
    {
        for (var row = 0; row < Count; row++)
        {
            if (_outputs[row] != 0) continue;
            _outputs[row] = 1;
            Outputs++;
            return;
        }
    }

    /// <summary>How many rows before this one are asked for an output.</summary>
    public int OutputsBefore(int row) => new ReadOnlySpan<sbyte>(_outputs, row).Count((sbyte)1);

    /// <summary>The results of some rows, as bytes.</summary>
    public ReadOnlySpan<byte> ResultBytes(int row, int rows) => new(Results + (nint)row * _embeddingLength, rows * _embeddingLength * sizeof(float));

    /// <summary>Runs the rows; the engine's code, 0 where all is well.</summary>
    public int Decode(nint context) => NativeMethods.Decode(context, new LlamaBatch
    {
        Tokens = Count,
        Embeddings = _states,
        Positions = _positions,
        SequenceCounts = _counts,
        Sequences = _sequencesAt,
        Outputs = _outputs,
    });

    public void Dispose()
    {
        NativeMemory.Free(_states);
        NativeMemory.Free(Results);
        NativeMemory.Free(_positions);
        NativeMemory.Free(_counts);
        NativeMemory.Free(_sequences);
        NativeMemory.Free(_sequencesAt);
        NativeMemory.Free(_outputs);
    }
}
