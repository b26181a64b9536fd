using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>Why a request was not served, as problem+json (RFC 9457): what happened and what to do, in <paramref name="Detail"/>.</summary>
internal sealed record AdminProblem(int Status, string Title, string Detail)
{
    public int Version { get; } = AdminApi.Version;

    public static AdminProblem NotFound(string detail) => new(StatusCodes.Status404NotFound, "Not found", detail);

    public static AdminProblem Refused(string detail) => new(StatusCodes.Status409Conflict, "Refused", detail);

    public static AdminProblem Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "Forbidden", detail);

    public static AdminProblem Malformed(string detail) => new(StatusCodes.Status400BadRequest, "Bad request", detail);

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        return context.Response.WriteAsJsonAsync(this, SnapshotJson.Options, "application/problem+json", context.RequestAborted);
    }
}
