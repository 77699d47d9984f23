namespace SwarmCompute.Grains;

internal static class Durable
{
    /// <summary>
    /// Makes the next state durable, and only then visible. A write that fails may have reached the store or not: the activation ends, and the
    /// next one reads what is there.
    /// </summary>
    public static async Task Save<T>(this IGrainBase grain, IPersistentState<T> storage, T next, CancellationToken cancel) where T : class
    {
        var before = storage.State;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync(cancel);
        }
        catch
        {
            storage.State = before;
            grain.DeactivateOnIdle();
            throw;
        }
    }
}
