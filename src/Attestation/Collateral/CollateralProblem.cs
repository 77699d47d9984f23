namespace SwarmCompute.Attestation;

/// <summary>What could not be had, or only as an old copy.</summary>
/// <param name="Subject">What it is about: an item's name, <c>cache</c>, <c>evidence</c>.</param>
/// <param name="Why">In one line.</param>
/// <param name="IsTransient">Whether it may be had later.</param>
public sealed record CollateralProblem(string Subject, string Why, bool IsTransient)
{
    /// <inheritdoc />
    public override string ToString() => $"{Subject}: {Why}";
}
