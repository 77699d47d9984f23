using System.Diagnostics;

namespace SwarmCompute.Silo.Membership;

/// <summary>
/// Ends this process the moment the runtime finds that it cannot go on, such as when the others have declared it dead: its leases
/// are then being given to others. The runtime's own handler would let grains and guests go on for two more seconds.
/// </summary>
internal sealed class FencingFatalErrorHandler(IServiceProvider services) : IFatalErrorHandler
{
    private const int WhyCharsMax = 300;

    public bool IsUnexpected(Exception exception) => exception is not (OperationCanceledException or ObjectDisposedException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        // Standard error and a signal only: nothing that could wait for anything.
        var why = $"{context} {exception?.Message}".ReplaceLineEndings(" ");
        Console.Error.WriteLine($"fatal: this silo and its guests end now: {why[..Math.Min(why.Length, WhyCharsMax)]}");
        services.GetService<IGuestFence>()?.KillGuests();
        Process.GetCurrentProcess().Kill();
    }
}
