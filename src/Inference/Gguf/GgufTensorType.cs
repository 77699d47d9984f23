using System.Collections.Frozen;

namespace SwarmCompute.Inference;

/// <summary>How a tensor's numbers are stored: in blocks of a fixed number of elements and bytes (ggml.h, enum ggml_type, v0.5.0).</summary>
/// <param name="Id">Number in the file.</param>
/// <param name="Name">As ggml names it.</param>
/// <param name="BlockElements">Elements in a block; a row is a whole number of blocks.</param>
/// <param name="BlockBytes">Bytes in a block.</param>
internal sealed record GgufTensorType(int Id, string Name, int BlockElements, int BlockBytes)
{
    public static readonly GgufTensorType Float32 = new(0, "f32", 1, 4);
    public static readonly GgufTensorType Float16 = new(1, "f16", 1, 2);
    public static readonly GgufTensorType Block8 = new(8, "q8_0", 32, 34);
    public static readonly GgufTensorType BFloat16 = new(30, "bf16", 1, 2);

    /// <summary>All that this program reads, by number.</summary>
    public static readonly FrozenDictionary<int, GgufTensorType> All = new[]
    {
        Float32, Float16, new(2, "q4_0", 32, 18), new(3, "q4_1", 32, 20), new(6, "q5_0", 32, 22), new(7, "q5_1", 32, 24),
        Block8, new(10, "q2_K", 256, 84), new(11, "q3_K", 256, 110), new(12, "q4_K", 256, 144),
        new(13, "q5_K", 256, 176), new(14, "q6_K", 256, 210), new(16, "iq2_xxs", 256, 66), new(17, "iq2_xs", 256, 74),
        new(18, "iq3_xxs", 256, 98), new(19, "iq1_s", 256, 50), new(20, "iq4_nl", 32, 18), new(21, "iq3_s", 256, 110),
        new(22, "iq2_s", 256, 82), new(23, "iq4_xs", 256, 136), new(29, "iq1_m", 256, 56), BFloat16,
        new(34, "tq1_0", 256, 54), new(35, "tq2_0", 256, 66), new(39, "mxfp4", 32, 17),
    }.ToFrozenDictionary(type => type.Id);
}
