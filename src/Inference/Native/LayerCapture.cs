using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// Takes the hidden states after a layer, or after the final norm, out of a running graph. llama.cpp asks for each node whether it is wanted,
/// computes up to it, and hands it over; saying no to going on then spares what follows (final norm and head). All that the
/// callback touches is one block of native memory, so it neither allocates nor throws.
/// </summary>
internal sealed unsafe class LayerCapture : IDisposable
{
    private readonly State* _state;

    private LayerCapture(string node, int embeddingLength)
    {
        _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        _state->NameBytes = Encoding.ASCII.GetBytes(node + '\0', new Span<byte>(_state->Name, State.NameBytesMax));
        _state->EmbeddingLength = embeddingLength;
    }

    /// <summary>A capture of the result of a layer, by its number in the file.</summary>
    public static LayerCapture OfLayer(int layer, int embeddingLength) => new(string.Create(CultureInfo.InvariantCulture, $"l_out-{layer}"), embeddingLength);

    /// <summary>A capture of the final states: those of the last layer, normed, from which the head makes logits. Rows that are asked for an output only.</summary>
    public static LayerCapture OfFinalNorm(int embeddingLength) => new("result_norm", embeddingLength);

    public static delegate* unmanaged[Cdecl]<byte*, byte, void*, byte> Callback => &OnNode;

    public void* Address => _state;

    /// <summary>Says where the hidden states of the next run belong, and whether it goes on after them. Without this, a run has none and is left alone.</summary>
    public void Expect(float* destination, int tokens, bool goesOn)
    {
        _state->GoesOn = goesOn ? (byte)1 : (byte)0;
        _state->Destination = destination;
        _state->Tokens = tokens;
        _state->Captured = 0;
    }

    /// <summary>Ends a run; true where the hidden states have arrived.</summary>
    public bool Finish()
    {
        _state->Destination = null;
        return _state->Captured == 1;
    }

    public void Dispose() => NativeMemory.Free(_state);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnNode(byte* tensor, byte ask, void* address)
    {
        var state = (State*)address;
        var wanted = new ReadOnlySpan<byte>(state->Name, state->NameBytes).SequenceEqual(new(tensor + GgmlTensorLayout.Name, state->NameBytes));
        if (ask != 0) return wanted && state->Destination != null ? (byte)1 : (byte)0;
        if (!wanted) return 1;

        var dimensions = (long*)(tensor + GgmlTensorLayout.Dimensions);
        var strides = (long*)(tensor + GgmlTensorLayout.Strides);
        var rowBytes = state->EmbeddingLength * sizeof(float);
        var expected = *(int*)(tensor + GgmlTensorLayout.Type) == GgufTensorType.Float32.Id && state->Destination != null
            && dimensions[0] == state->EmbeddingLength && dimensions[1] == state->Tokens && dimensions[2] == 1 && dimensions[3] == 1
            && strides[0] == sizeof(float) && strides[1] == rowBytes;
        if (expected)
        {
            NativeMethods.TensorGet(tensor, state->Destination, 0, (nuint)(rowBytes * state->Tokens));
            state->Captured++;
        }
        return state->GoesOn;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public const int NameBytesMax = 16;

        public float* Destination;
        public long EmbeddingLength;
        public long Tokens;
        public long Captured;
        public byte GoesOn;
        public int NameBytes;         // its final zero included: what follows that in a tensor is left over from earlier names
        public fixed byte Name[NameBytesMax];
    }
}
