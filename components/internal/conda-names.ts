/** How names of conda packages relate to names on PyPI. */

/** Conda packages whose name on PyPI is another one. */
export const pypiNames: ReadonlyMap<string, string> = new Map([
  ["brotli-python", "brotli"],
  ["dask-core", "dask"],
  ["faiss", "faiss-cpu"],
  ["matplotlib-base", "matplotlib"],
  ["msgpack-python", "msgpack"],
  ["opencv", "opencv-python-headless"],
  ["py-opencv", "opencv-python-headless"],
  ["py-xgboost", "xgboost"],
  ["py-xgboost-cpu", "xgboost"],
  ["pytables", "tables"],
  ["python-flatbuffers", "flatbuffers"],
  ["python-graphviz", "graphviz"],
  ["python-kubernetes", "kubernetes"],
  ["python-lmdb", "lmdb"],
  ["pytorch", "torch"],
  ["pytorch-cpu", "torch"],
  ["ray-core", "ray"],
  ["ray-default", "ray"],
  ["tensorflow-base", "tensorflow"],
]);

/** Conda packages that are no Python packages, though PyPI may have another thing by that name. */
const notPython = new Set(
  (
    "anaconda arrow-cpp binutils blas boost boost-cpp bzip2 c-ares c-compiler ca-certificates clang cmake compilers conda " +
    "conda-build cpuonly cuda cudatoolkit cudnn curl cxx-compiler eigen ffmpeg fftw fontconfig fortran-compiler freetype gcc " +
    "geos gfortran git glib go graphviz gxx hdf5 icu intel-openmp java-jdk jpeg julia krb5 lapack ld_impl_linux-64 lcms2 " +
    "libblas libcblas libcurl libffi libgcc libgcc-ng libgfortran libgfortran-ng libgomp liblapack libopenblas libopencv libpng " +
    "libpq libprotobuf libsndfile libstdcxx libstdcxx-ng libtiff libuuid libuv libxml2 libxslt libzlib llvm llvm-openmp llvmdev " +
    "lz4-c magma make mamba maven micromamba mkl mpi mpich mysql nccl ncurses nginx nodejs nomkl openblas openjdk openjpeg " +
    "openmp openmpi openssl perl poppler postgresql proj pytorch-cuda pytorch-mutex r r-base readline redis ruby rust runit scala " +
    "sed snappy sqlite swig tar tbb tesseract tini tk ucx unixodbc unzip wget xz yaml zip zlib zstd"
  ).split(" "),
);
const notPythonPatterns = [
  /^_/,
  /^r-/,
  /^bioconductor-/,
  /^perl-/,
  /^cuda-/,
  /^libcu/,
  /^(gcc|gxx|gfortran|clang|binutils|sysroot)_/,
];

/** Whether a conda package can be no requirement of a Python environment: it needs a conda environment, or is the system's. */
export function needsConda(name: string): boolean {
  return notPython.has(name) || notPythonPatterns.some((pattern) => pattern.test(name));
}
