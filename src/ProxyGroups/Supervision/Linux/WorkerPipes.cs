using System.IO.Pipes;

namespace ProxyGroups.Supervision.Linux;

/// <summary>The pipes of a worker that is no child of ours: its two outputs, and the gate at which it waits until we have set its limits.</summary>
internal sealed class WorkerPipes : IDisposable
{
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _errors = new(PipeDirection.In, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _gate = new(PipeDirection.Out, HandleInheritability.None);

    public Stream Output => _output;

    public Stream Errors => _errors;

    /// <summary>The worker's ends: output, errors.</summary>
    public (int Output, int Errors, int Gate) Theirs => (Descriptor(_output), Descriptor(_errors), Descriptor(_gate));

    /// <summary>Once they are passed: an end that we keep would hide that the worker has closed its own.</summary>
    public void CloseTheirs()
    {
        _output.DisposeLocalCopyOfClientHandle();
        _errors.DisposeLocalCopyOfClientHandle();
        _gate.DisposeLocalCopyOfClientHandle();
    }

    /// <summary>Lets the worker go on. One that is gone needs no gate.</summary>
    public void OpenGate()
    {
        try
        {
            _gate.WriteByte((byte)'g');
        }
        catch (IOException)
        {
            // Its exit tells.
        }

        _gate.Dispose();
    }

    /// <summary>A worker that still waits at the gate ends.</summary>
    public void Dispose()
    {
        CloseTheirs();
        Output.Dispose();
        Errors.Dispose();
        _gate.Dispose();
    }

    private static int Descriptor(AnonymousPipeServerStream pipe) => (int)pipe.ClientSafePipeHandle.DangerousGetHandle();
}
