namespace SwarmCompute.Client.Gateway;

/// <summary>A request that the gateway answers with an error object of the OpenAI API.</summary>
internal sealed class GatewayException(int status, string type, string message, string? code = null) : Exception(message)
{
    public int Status => status;

    public string Type => type;

    public string? Code => code;

    /// <summary>What the header Retry-After says; null for none.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static GatewayException Bad(int status, string message, string? code = null) => new(status, "invalid_request_error", message, code);

    public static GatewayException Busy(TimeSpan retryAfter) =>
        new(429, "rate_limit_error", "Every replica is busy; ask again later.", "replicas_busy") { RetryAfter = retryAfter };

    public static GatewayException Crowded(int requestsMax) =>
        new(429, "rate_limit_error", $"The gateway has {requestsMax} requests in flight, which is its most; ask again later.", "gateway_busy") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static GatewayException NoHead(TimeSpan waited, string why) =>
        new(503, "service_unavailable", $"No replica answers for {waited.TotalSeconds:0} s; at last: {why}.", "no_replica") { RetryAfter = TimeSpan.FromSeconds(5) };

    public static GatewayException BrokeOff(string why) => new(502, "server_error", $"The answer cannot be given to its end: {why}.", "answer_broke_off");

    public static GatewayException Stopping() => new(503, "service_unavailable", "The gateway is being stopped.", "gateway_stopped");
}
