using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>One context (a KV cache and its buffers) of a model, which it keeps alive.</summary>
internal sealed class LlamaContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly LlamaModelHandle _model;

    /// <summary>Opens a context; check IsInvalid.</summary>
    public LlamaContextHandle(LlamaModelHandle model, LlamaContextParams parameters) : base(ownsHandle: true)
    {
        _model = model;
        var added = false;
        model.DangerousAddRef(ref added);
        SetHandle(NativeMethods.OpenContext(model.Address, parameters));
        if (IsInvalid) model.DangerousRelease();
    }

    public nint Address => handle;

    protected override bool ReleaseHandle()
    {
        NativeMethods.FreeContext(handle);
        _model.DangerousRelease();
        return true;
    }
}
