namespace SwarmCompute.Fuzz;

/// <summary>What reading one input may cost.</summary>
/// <param name="Time">The most time.</param>
/// <param name="BaseBytes">The most bytes allocated for an empty input.</param>
/// <param name="BytesAByte">How many more for each byte of input: the bound is linear, so that small input never costs much.</param>
internal sealed record InputLimits(TimeSpan Time, long BaseBytes, long BytesAByte)
{
    /// <summary>One second; 256 KiB and 256 bytes for each byte of input.</summary>
    public static InputLimits Default { get; } = new(TimeSpan.FromSeconds(1), 256 * 1024, 256);

    /// <summary>The most bytes that an input of a length may allocate.</summary>
    public long BytesFor(int length) => BaseBytes + BytesAByte * length;
}
