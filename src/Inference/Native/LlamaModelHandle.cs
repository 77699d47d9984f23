using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>A loaded model; freed when the last one that uses it lets go.</summary>
internal sealed class LlamaModelHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public LlamaModelHandle(nint model) : base(ownsHandle: true) => SetHandle(model);

    /// <summary>The model's address, valid while the caller keeps this object from being disposed.</summary>
    public nint Address => handle;

    protected override bool ReleaseHandle()
    {
        NativeMethods.FreeModel(handle);
        return true;
    }
}
