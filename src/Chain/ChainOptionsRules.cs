using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>What <see cref="ChainOptions"/> may hold.</summary>
internal static class ChainOptionsRules
{
    /// <summary>Refuses options out of range, naming all faults in one line.</summary>
    /// <exception cref="ChainException">At least one fault (<see cref="ChainErrorKind.Rejected"/>).</exception>
    public static void Check(ChainOptions options)
    {
        var faults = Faults(options).Concat(Ranges(options)).ToArray();
        if (faults.Length > 0) throw new ChainException(ChainErrorKind.Rejected, string.Join(' ', faults));
    }

    private static IEnumerable<string> Faults(ChainOptions options)
    {
        if (options.Endpoints.IsDefaultOrEmpty || options.Endpoints.Length > ChainOptions.EndpointsMax)
            yield return $"Endpoints has {(options.Endpoints.IsDefault ? 0 : options.Endpoints.Length)} addresses; give 1 to {ChainOptions.EndpointsMax}.";
        if (options.Sockets.IsDefault || options.Sockets.Length > ChainOptions.SocketsMax)
            yield return $"Sockets has {(options.Sockets.IsDefault ? 0 : options.Sockets.Length)} addresses; give at most {ChainOptions.SocketsMax}.";
        foreach (var wrong in Others(options.Endpoints, "http", "https"))
            yield return $"Endpoints names {wrong}; give http or https addresses.";
        foreach (var wrong in Others(options.Sockets, "ws", "wss"))
            yield return $"Sockets names {wrong}; give ws or wss addresses.";
        if (options.Profile.ChainId != 0 && options.Profile.ChainId != options.ChainId)
            yield return $"Profile is {options.Profile}, of chain {options.Profile.ChainId}, but ChainId is {options.ChainId}; leave Profile out, or give the chain's own.";
    }

    private static IEnumerable<string> Ranges(ChainOptions options)
    {
        if (options.Finality is not ("finalized" or "safe" or "latest"))
            yield return $"Finality is {options.Finality}; give finalized, safe or latest.";
        if (options.LogRangeMax is < 1 or > ChainOptions.LogRangeLimit)
            yield return $"LogRangeMax is {options.LogRangeMax}; give 1 to {ChainOptions.LogRangeLimit}.";
        if (options.RequestsPerSecond is < 0 or > 10_000)
            yield return $"RequestsPerSecond is {options.RequestsPerSecond}; give 0 to 10000.";
        if (options.RequestTimeout < TimeSpan.FromMilliseconds(100) || options.RequestTimeout > TimeSpan.FromMinutes(5))
            yield return $"RequestTimeout is {options.RequestTimeout}; give 00:00:00.1 to 00:05:00.";
        if (options.ReceiptTimeout < TimeSpan.FromSeconds(1) || options.ReceiptTimeout > TimeSpan.FromMinutes(30))
            yield return $"ReceiptTimeout is {options.ReceiptTimeout}; give 00:00:01 to 00:30:00.";
    }

    private static IEnumerable<Uri> Others(ImmutableArray<Uri> addresses, string scheme, string secure) =>
        addresses.IsDefault ? [] : addresses.Where(a => !a.IsAbsoluteUri || (a.Scheme != scheme && a.Scheme != secure));
}
