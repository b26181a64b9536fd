using Microsoft.AspNetCore.Http;
using ProxyGroups.Proxying.Transport;

namespace ProxyGroups.Proxying;

/// <summary>
/// One request to one worker: the invoker that YARP's forwarder sends through, and the facts about what happened.
/// The facts stay readable after worker-done, when the slot may already serve somebody else.
/// </summary>
internal abstract class WorkerExchange(HttpMessageHandler handler) : HttpMessageInvoker(handler, disposeHandler: false)
{
    /// <summary>A byte of this request may have reached the worker.</summary>
    public abstract bool Sent { get; }

    /// <summary>The worker's final response head has arrived.</summary>
    public abstract bool HeadReceived { get; }

    /// <summary>
    /// The request went out on a connection that had served before. With <see cref="ExchangeFault.ClosedBeforeHead"/> this may
    /// be the harmless race with a worker that closes an idle connection, and a safe method may be sent once more.
    /// </summary>
    public abstract bool ReusedConnection { get; protected set; }

    /// <summary>
    /// Cancelled when the answer is through and the client still uploads (an early 413). To be given to the forwarder's
    /// SendAsync for requests with a body: YARP would otherwise wait for an upload that nobody reads any more.
    /// </summary>
    public abstract CancellationToken UploadUnwanted { get; }

    /// <summary>What the worker did wrong; <see cref="ExchangeFault.None"/> while nothing, also when only the client failed.</summary>
    public abstract ExchangeFault Fault { get; }

    /// <summary>The fault in words for the operator: what was expected, what came. Empty when there is none.</summary>
    public abstract string FaultDetail { get; }

    /// <summary>What has gone through the connection since the worker has upgraded it; null: it has not.</summary>
    public abstract TunnelBytes? Tunnel { get; }

    /// <summary>
    /// Sends a request without a body and waits for the head of its answer. Then the answer waits for a reader: <see cref="TryTakeWhole"/>,
    /// or the SendAsync of a forwarder, which gets it instead of sending anything. Throws as SendAsync does.
    /// </summary>
    public abstract ValueTask SendDirectAsync(DirectRequest request, CancellationToken ct);

    /// <summary>
    /// Puts status and header fields of an answer that is here to its last byte on the response. False, and nothing done: more of it is to come.
    /// Worker-done is called before it returns true.
    /// </summary>
    /// <param name="response">Nothing of it has been sent.</param>
    /// <param name="body">Its bytes, rented from the shared pool; no array: there are none.</param>
    public abstract bool TryTakeWhole(HttpResponse response, out ArraySegment<byte> body);

    /// <summary>
    /// Ends an exchange that was begun and never sent (the forwarder gave up before), or whose answer nobody has taken: worker-done follows.
    /// No effect otherwise.
    /// </summary>
    public abstract void Abandon();
}
