using System.Diagnostics;

namespace SwarmCompute.Silo.Membership;

/// <summary>
/// Ends this process the moment the runtime finds that it cannot go on, such as when the others have declared it dead: its leases
/// are then being given to others. The runtime's own handler would let grains and guests go on for two more seconds.
/// </summary>
internal sealed class FencingFatalErrorHandler(IServiceProvider services) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => exception is not (OperationCanceledException or ObjectDisposedException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        // Standard error and a signal only: nothing that could wait for anything.
        Console.Error.WriteLine($"fatal: {context} {exception?.Message}: this silo and its guests end now.".ReplaceLineEndings(" "));
        services.GetService<IGuestFence>()?.KillGuests();
        Process.GetCurrentProcess().Kill();
    }
}
