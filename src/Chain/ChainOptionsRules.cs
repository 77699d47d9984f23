namespace SwarmCompute.Chain;

/// <summary>What <see cref="ChainOptions"/> may hold.</summary>
internal static class ChainOptionsRules
{
    /// <summary>Refuses options out of range, naming all faults in one line.</summary>
    /// <exception cref="ChainException">At least one fault (<see cref="ChainErrorKind.Rejected"/>).</exception>
    public static void Check(ChainOptions options)
    {
        var faults = Faults(options).ToArray();
        if (faults.Length > 0) throw new ChainException(ChainErrorKind.Rejected, string.Join(' ', faults));
    }

    private static IEnumerable<string> Faults(ChainOptions options)
    {
        if (!options.Rpc.IsAbsoluteUri || options.Rpc.Scheme is not ("http" or "https"))
            yield return $"Rpc is {options.Rpc}; give an http or https address.";
        if (options.Finality is not ("finalized" or "safe" or "latest"))
            yield return $"Finality is {options.Finality}; give finalized, safe or latest.";
        if (options.LogRangeMax is < 1 or > 50_000)
            yield return $"LogRangeMax is {options.LogRangeMax}; give 1 to 50000.";
        if (options.RequestTimeout < TimeSpan.FromMilliseconds(100) || options.RequestTimeout > TimeSpan.FromMinutes(5))
            yield return $"RequestTimeout is {options.RequestTimeout}; give 00:00:00.1 to 00:05:00.";
        if (options.ReceiptTimeout < TimeSpan.FromSeconds(1) || options.ReceiptTimeout > TimeSpan.FromMinutes(30))
            yield return $"ReceiptTimeout is {options.ReceiptTimeout}; give 00:00:01 to 00:30:00.";
    }
}
