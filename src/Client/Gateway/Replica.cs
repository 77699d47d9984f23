using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Gateway;

/// <summary>One order as a replica of the model. What changes of it is guarded by its <see cref="Replicas"/>.</summary>
internal sealed class Replica(int index, OrderId order, HttpClient http) : IDisposable
{
    /// <summary>Its place among the replicas.</summary>
    public int Index => index;

    public OrderId Order => order;

    /// <summary>Speaks with heads of this order alone.</summary>
    public HttpClient Http => http;

    /// <summary>Where requests go; null while there is no head.</summary>
    public Head? Head { get; set; }

    /// <summary>Cancelled when the head is another one, or the order is over.</summary>
    public CancellationTokenSource HeadGone { get; set; } = new();

    public bool IsOver { get; set; }

    public int InFlight { get; set; }

    /// <summary>Requests that were given to it.</summary>
    public long Given { get; set; }

    /// <summary>How often in a row it did not answer.</summary>
    public int Refusals { get; set; }

    /// <summary>It is left alone until then.</summary>
    public DateTimeOffset RestsUntil { get; set; }

    /// <summary>Whether it is left alone because it said that it is busy.</summary>
    public bool IsBusy { get; set; }

    public void Dispose()
    {
        http.Dispose();
        HeadGone.Dispose();
    }
}
