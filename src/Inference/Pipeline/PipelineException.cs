namespace SwarmCompute.Inference;

/// <summary>A generation could not be started or finished. The message is one clear line.</summary>
public sealed class PipelineException : Exception
{
    /// <summary>What happened.</summary>
    public PipelineFault Fault { get; }

    /// <summary>What happened, and one clear line.</summary>
    public PipelineException(PipelineFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    /// <summary>The pipeline failed.</summary>
    public PipelineException() : this(PipelineFault.Refused, "The pipeline failed.") { }

    /// <summary>The pipeline failed, and one clear line.</summary>
    public PipelineException(string message) : this(PipelineFault.Refused, message) { }

    /// <summary>The pipeline failed, one clear line, and what caused it.</summary>
    public PipelineException(string message, Exception inner) : this(PipelineFault.Refused, message, inner) { }
}
