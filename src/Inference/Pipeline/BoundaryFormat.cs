namespace SwarmCompute.Inference;

/// <summary>How the numbers of hidden states are written between the stages of a pipeline. The numbers of the formats are on the wire.</summary>
public enum BoundaryFormat
{
    /// <summary>As the engine computes them: 4 bytes a number, exact.</summary>
    F32 = 0,

    /// <summary>The upper half of an f32, rounded to the nearest, to even: 2 bytes a number, 8 bits of precision, the range of an f32.</summary>
    Bf16 = 1,

    /// <summary>Blocks of 32 numbers of a token: an f32 scale, then a signed byte for each number. 1.125 bytes a number.</summary>
    ByteBlocks = 2,
}
