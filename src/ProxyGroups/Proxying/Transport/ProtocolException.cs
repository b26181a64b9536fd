namespace ProxyGroups.Proxying.Transport;

/// <summary>The worker's bytes are not HTTP/1.1, or ours would not be. The message is written for the operator.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
