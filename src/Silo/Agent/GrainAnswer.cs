namespace SwarmCompute.Silo.Agent;

/// <summary>What a grain answered, or why it did not.</summary>
/// <param name="Value">The answer; default where there is none.</param>
/// <param name="Fault">Null where it answered; else one line.</param>
internal readonly record struct GrainAnswer<T>(T? Value, string? Fault)
{
    /// <summary>
    /// Asks once. Whatever comes back as an exception (no silo has the grain now, its store is away, time is up) is a missing answer,
    /// which the caller meets by asking again.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled; whatever went wrong then, too.</exception>
    public static async Task<GrainAnswer<T>> From(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return new GrainAnswer<T>(await ask(), null);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            return new GrainAnswer<T>(default, $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OperationCanceledException("The call was given up.", e, cancel);
        }
    }
}
