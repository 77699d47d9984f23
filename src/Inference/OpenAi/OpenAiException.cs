using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>A request that is answered with an error object of the OpenAI API.</summary>
internal sealed class OpenAiException(int status, string type, string message, string? param = null, string? code = null) : Exception(message)
{
    public int Status => status;

    public string Type => type;

    public string? Param => param;

    public string? Code => code;

    public static OpenAiException Bad(string message, string? param, string? code = null) => new(400, "invalid_request_error", message, param, code);

    public static OpenAiException NoModel(string name) =>
        new(404, "invalid_request_error", $"The model '{name}' does not exist here.", "model", "model_not_found");

    public static OpenAiException TooLong(int bytesMax) => new(413, "invalid_request_error", $"The request has more than {bytesMax} bytes.");

    public static OpenAiException NotKept() => new(410, "invalid_request_error",
        "The answer that Last-Event-ID names is not kept here any more, or its request was another one; ask anew without it, or with 'swarm.resume_tokens'.", "Last-Event-ID", "answer_not_kept");

    public static OpenAiException NotAllCame() => new(410, "invalid_request_error",
        "The head that told this answer was lost, and the latest events that it told did not come to this one; with 'n' above 1 they cannot be found again: ask anew.",
        "Last-Event-ID", "answer_not_kept");

    /// <summary>What a client is told of a fault; null for one that it is not told of.</summary>
    public static OpenAiException? From(Exception fault) => fault switch
    {
        OpenAiException known => known,
        PipelineException pipeline => Of(pipeline),
        GrammarException grammar => Of(grammar),
        BadHttpRequestException bad => new(bad.StatusCode, "invalid_request_error", bad.Message),
        _ => null,
    };

    private static OpenAiException Of(GrammarException fault) => new(500, "server_error", fault.Message, code: "grammar_not_followed");

    private static OpenAiException Of(PipelineException fault) => fault.Fault switch
    {
        PipelineFault.Busy => new(429, "rate_limit_error", fault.Message, code: "sessions_full"),
        PipelineFault.NotReady => new(503, "service_unavailable", fault.Message, code: "pipeline_not_ready"),
        PipelineFault.Stalled => new(503, "service_unavailable", fault.Message, code: "pipeline_stalled"),
        _ => new(500, "server_error", fault.Message, code: "pipeline_refused"),
    };
}
