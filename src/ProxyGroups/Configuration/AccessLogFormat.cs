namespace ProxyGroups.Configuration;

/// <summary>How a request is written into the access log.</summary>
public enum AccessLogFormat
{
    /// <summary>Not at all.</summary>
    Off,

    /// <summary>Apache's common log format, and our fields behind it.</summary>
    Common,

    /// <summary>Apache's combined log format (referer and user agent too), and our fields behind it.</summary>
    Combined,

    /// <summary>One JSON object per line.</summary>
    Json,
}
