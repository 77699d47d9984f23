namespace SwarmCompute.Grains.Tests;

/// <summary>Prints a state machine for its golden.</summary>
internal static class States
{
    public static string Print<T>(IEnumerable<(T From, T To)> transitions) where T : struct, Enum =>
        string.Concat(transitions.OrderBy(t => t.From).ThenBy(t => t.To).Select(t => $"{t.From} -> {t.To}\n"));
}
