using System.Runtime.InteropServices;

namespace SwarmCompute.Trainer.Maths;

/// <summary>A block of floats outside the collected heap, aligned to 64 bytes and zero at first.</summary>
internal sealed unsafe class Floats : IDisposable
{
    private float* _first;

    public Floats(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        _first = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
        Span.Clear();
    }

    ~Floats() => NativeMemory.AlignedFree(_first);

    public int Length { get; }

    public float* At(int offset = 0) => _first + offset;

    public Span<float> Span => new(_first, Length);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_first);
        _first = null;
        GC.SuppressFinalize(this);
    }
}
